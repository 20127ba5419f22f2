"""Whether the worker works: it escalates, assigns what waits, and cleans up."""

from datetime import timedelta

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_q.models import OrmQ, Schedule, Success
from django_q.status import Stat
from redis.exceptions import RedisError

from messenger.lib import clock
from messenger.lib.listing import some
from messenger.schedules import TIMETABLE
from messenger.services.diagnosis.finding import Verdict, error, ok, span, warning

# Something is due each minute: a worker that has finished nothing for so long is gone.
SILENCE = timedelta(minutes=3)
WAIT_WARNING = timedelta(minutes=1)
WAIT_ERROR = timedelta(minutes=5)


def worker() -> Verdict:
    """By its sign of life in Redis or, where there is none, by its work."""
    alive = processes()
    last = last_success()
    if alive:
        return ok(
            ngettext(
                "The worker is alive, with %(n)d process.",
                "The worker is alive, with %(n)d processes.",
                alive,
            )
            % {"n": alive}
        )
    if last is None:
        return error(
            _("No worker runs, and none has finished a task: nothing is escalated or assigned later.")
        )
    sentence = _("No worker shows a sign of life; the last task ended %(time)s ago.") % {
        "time": span(last.total_seconds())
    }
    return warning(sentence) if last < SILENCE else error(sentence)


def backlog() -> Verdict:
    """What is locked for the future is being worked on."""
    now = clock.now()
    waiting = OrmQ.objects.filter(lock__lte=now).aggregate(count=Count("pk"), oldest=Min("lock"))
    if not waiting["count"]:
        return ok(_("No task waits."))
    wait = now - waiting["oldest"]
    sentence = ngettext(
        "%(n)d task waits, for %(time)s.",
        "%(n)d tasks wait, the oldest for %(time)s.",
        waiting["count"],
    ) % {"n": waiting["count"], "time": span(wait.total_seconds())}
    if wait < WAIT_WARNING:
        return ok(sentence)
    return warning(sentence) if wait < WAIT_ERROR else error(sentence)


def schedules() -> Verdict:
    """All of the timetable is there, and nothing of it is late."""
    now = clock.now()
    due = dict(Schedule.objects.filter(name__startswith="messenger: ").values_list("name", "next_run"))
    if missing := [_(entry.title) for entry in TIMETABLE if entry.name not in due]:
        return error(_("Missing, until migrate runs again: %(names)s.") % {"names": some(missing)})
    titles = {entry.name: _(entry.title) for entry in TIMETABLE}
    if late := [
        titles.get(name or "", str(name)) for name, at in due.items() if at is None or at < now - SILENCE
    ]:
        return error(_("Late: %(names)s.") % {"names": some(sorted(late))})
    last = last_success()
    if last is None:
        return ok(_("All are there; none has run yet."))
    return ok(_("All are in time; the last task ended %(time)s ago.") % {"time": span(last.total_seconds())})


def processes() -> int:
    """Of all workers that are alive; 0 where Redis can't tell."""
    try:
        return sum(len(cluster.workers) for cluster in Stat.get_all())
    except RedisError:
        return 0


def last_success() -> timedelta | None:
    """How long ago a task of the timetable ended well."""
    tasks = Success.objects.filter(func__in=[entry.func for entry in TIMETABLE])
    stopped = tasks.order_by("-stopped").values_list("stopped", flat=True).first()
    return None if stopped is None else clock.now() - stopped
