"""A day of the call centre: visitors, operators, the timetable and the worker, and the rules after each step."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from django.db import connection
from django.test import override_settings
from django.utils.module_loading import import_string
from django_q.brokers import get_broker
from django_q.signals import pre_enqueue
from django_q.signing import SignedPackage

from messenger.schedules import TIMETABLE
from messenger.services import presence
from tests.simulation.arrivals import BEGINS, ENDS, visits
from tests.simulation.checks import Checks
from tests.simulation.desk import Desk
from tests.simulation.floor import Floor
from tests.simulation.people import STAFF, settle
from tests.simulation.shifts import Shift
from tests.simulation.timeline import Timeline
from tests.simulation.visitor import arrive

SEED = 20260317
EVERY_MINUTE = "* * * * *"
_WORKER_SECONDS = 1.0
# No inbox has a webhook, so there is never anything to send. Each look takes a thread with a connection of its own, and
# took a fifth of the whole day's time when it was taken every minute.
_EVERY_HOUR = frozenset({"messenger.tasks.deliver_webhooks"})


@contextmanager
def _plans_kept() -> Iterator[None]:
    """Prepared statements are planned once: planning the rules anew takes longer than asking them.

    The queue would close the connection, and with it all plans, each time something is put into it.
    """
    connection.ensure_connection()
    connection.close_at = None
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
    try:
        yield
    finally:
        connection.close()


class Day:
    """One day, the same one for the same seed: nothing depends on the real time or on the database's numbers."""

    def __init__(self, seed: int = SEED) -> None:
        self.visits = visits(Random(f"{seed}/visits"))
        self.floor = Floor(Timeline(BEGINS), settle(), Random(f"{seed}/people"))
        self.checks = Checks()
        for operator in STAFF:
            user = self.floor.world.users[operator.name]
            self.floor.desks[user.pk] = Desk(self.floor, operator, user)

    @override_settings(MESSENGER_GEOIP_PROVIDER="none")
    def run(self) -> None:
        timeline = self.floor.timeline
        for visit in self.visits:
            timeline.at(visit.at, partial(arrive, self.floor, visit))
        for desk in self.floor.desks.values():
            Shift(desk).plan()
        timeline.at(BEGINS, self._minute)
        pre_enqueue.connect(self._call_worker)
        try:
            with _plans_kept():
                timeline.run(ENDS, after_each=self._check)
        finally:
            pre_enqueue.disconnect(self._call_worker)

    def _check(self) -> None:
        floor = self.floor
        if not floor.is_stirred:
            return
        for news in self.checks.step(touched=floor.touched, sent=floor.sent):
            floor.hear(news)
        floor.touched.clear()
        floor.is_stirred = False

    def _minute(self) -> None:
        """Signs of life as the stream gives them, the timetable's tasks, and a look at everything.

        At night, when no page is open that anything could come to, every tenth minute is enough.
        """
        timeline, desks = self.floor.timeline, self.floor.desks
        is_full_hour = timeline.now.minute == 0
        present = [user_id for user_id, desk in desks.items() if desk.has_page]
        if present:
            presence.show_sign_of_life(present)
        for desk in desks.values():
            desk.wake()
        for entry in TIMETABLE:
            if entry.cron == EVERY_MINUTE and (is_full_hour or entry.func not in _EVERY_HOUR):
                timeline.later(0, partial(self._run, entry.func))
        timeline.later(0, self.checks.minute)
        if is_full_hour:
            timeline.later(0, self._check_everything)
        timeline.at(timeline.now + timedelta(minutes=1 if present else 10), self._minute)

    def _check_everything(self) -> None:
        self.checks.everything(sent=self.floor.sent, bodies=self.floor.bodies)

    def _call_worker(self, **signal: Any) -> None:
        """Something was put into the queue; the worker finds it within a second."""
        self.floor.timeline.later(_WORKER_SECONDS, self._work)

    def _work(self) -> None:
        """As the worker does: from the queue's table, by the name that stands there."""
        broker = get_broker()
        # Another call may have emptied the queue, and whoever asks an empty one is made to sleep.
        for number, package in broker.dequeue() if broker.queue_size() else ():
            task = SignedPackage.loads(package)
            self._run(task["func"], *task["args"], **task["kwargs"])
            broker.acknowledge(number)

    def _run(self, function: str, *args: Any, **kwargs: Any) -> None:
        self.floor.is_stirred = True
        import_string(function)(*args, **kwargs)
