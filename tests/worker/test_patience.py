"""What the worker's own processes do while the database or Redis is away: wait, and say so once."""

import logging
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django_q.brokers import get_broker
from django_q.models import OrmQ
from django_q.tasks import async_task
from redis.exceptions import ConnectionError as RedisGone

from crm import worker_broker
from crm.worker_broker import PatientBroker
from crm.worker_signs import Signs
from tests.outages import database_away

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_broker, "PAUSE_SECONDS", 0.0)


@pytest.fixture
def task(transactional_db: None) -> int:
    """A task in the queue; its number there."""
    async_task("messenger.tasks.escalate")
    return int(OrmQ.objects.get().pk)


def test_queue_is_asked_again_when_the_database_is_back(task: int) -> None:
    broker = get_broker()
    assert isinstance(broker, PatientBroker)
    with database_away():
        assert broker.dequeue() is None
    assert [number for number, _payload in broker.dequeue()] == [task]


def test_what_is_done_is_taken_out_as_soon_as_it_can_be(task: int) -> None:
    failures = iter([OperationalError("gone"), OperationalError("still gone")])

    def fail_twice(execute: Any, sql: str, *rest: Any) -> Any:
        if (error := next(failures, None)) is not None:
            raise error
        return execute(sql, *rest)

    with connection.execute_wrapper(fail_twice):
        get_broker().acknowledge(task)
    assert not OrmQ.objects.exists()


def test_what_is_done_is_not_told_for_ever(task: int) -> None:
    with database_away():
        get_broker().acknowledge(task)
    assert OrmQ.objects.filter(pk=task).exists()


def test_mistakes_are_not_waited_for(task: int) -> None:
    with database_away(ProgrammingError), pytest.raises(ProgrammingError):
        get_broker().dequeue()


class Guard:
    """What django-q2 knows of the worker, and where it would put it."""

    key = "test:stat"

    def __init__(self) -> None:
        self.broker = self
        self.given = 0
        self.trouble: Exception | None = None

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.given += 1

    def __getstate__(self) -> dict[str, Any]:
        return {}


def test_sign_of_life_that_can_not_be_given_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    signs, guard = Signs(), Guard()
    for trouble in (None, RedisGone("gone"), RedisGone("gone"), None, None):
        guard.trouble = trouble
        signs.give(guard)
    assert guard.given == 3
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert told == [
        "The worker's sign of life can't be given, the worker goes on: ConnectionError",
        "The worker's sign of life is given again",
    ]
