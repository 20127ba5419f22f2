"""An operator who answers everybody in turn, in the admin; and the work of the workers."""

import itertools
import threading
import uuid
from collections import defaultdict

from django.conf import settings
from django.db import connection
from django_q.tasks import async_task

from tests.admin.people import PART
from tests.topology.caller import Caller
from tests.topology.journal import Journal
from tests.topology.visitors import Visitor

PACE_SECONDS = 0.2
TASK_SECONDS = 0.7
# What the page would be told of besides is not what is tried here.
NOTHING_NEW = {"since_id": "9" * 15, "since_event": "9" * 15}


class Operator:
    """Logged in already by a cookie."""

    def __init__(self, port: int, session: str, visitors: list[Visitor], journal: Journal) -> None:
        self.written: dict[int, list[str]] = defaultdict(list)
        self.errors: list[Exception] = []
        self._visitors = visitors
        self._journal = journal
        self._stop = threading.Event()
        csrf = "c" * 32
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={csrf}"
        self._caller = Caller(port, {"Cookie": cookies, "X-CSRFToken": csrf, **PART}, journal)
        self.thread = threading.Thread(target=self._answer)

    def stop(self) -> None:
        self._stop.set()
        self.thread.join(60)
        self._caller.close()

    def _answer(self) -> None:
        try:
            for number, visitor in enumerate(itertools.cycle(self._visitors)):
                if self._stop.wait(PACE_SECONDS):
                    return
                pk, body = visitor.conversation_id, f"answer {number}"
                path = f"/admin/messenger/conversation/{pk}/change/reply/"
                self._caller.form(path, {**NOTHING_NEW, "body": body, "client_message_id": str(uuid.uuid4())})
                self.written[pk].append(body)
                self._journal.written("operator")
        except Exception as error:  # noqa: BLE001  (told to the test's own thread)
            self.errors.append(error)


class Foreman:
    """Puts tasks into the queue."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._give)

    def stop(self) -> None:
        self._stop.set()
        self.thread.join(60)

    def _give(self) -> None:
        while not self._stop.wait(TASK_SECONDS):
            name = f"mark {len(self.given)}"
            async_task("tests.topology.tasks.leave_mark", name)
            self.given.append(name)
        connection.close()
