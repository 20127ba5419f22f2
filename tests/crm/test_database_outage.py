"""A database that can't be used is answered with 503, and told in one line."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client
from psycopg_pool import PoolTimeout

from crm import database_outage
from crm.database_outage import Outage, RefusalsOfThePool, WithoutTraceback, WithoutUnavailable, outage
from messenger.models import Conversation
from tests.admin.people import LIST, PART, page
from tests.outages import database_away
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)

NO_ROOM = 'connection failed: FATAL:  too many connections for role "app"'


@pytest.fixture(autouse=True)
def roles(transactional_db: None) -> None:
    """What the migrations filled in is gone after the first test that empties the tables."""
    import_module("messenger.migrations.0003_groups").make_groups(apps, None)


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "_said", {})
    monkeypatch.setattr(outage, "_refusal", None)


@contextmanager
def read_only() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")


def django_error(cause: Exception) -> OperationalError:
    """As Django wraps what psycopg raises."""
    error = OperationalError(*cause.args)
    error.__cause__ = cause
    return error


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_people_get_a_page_that_says_so(operator_client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with database_away():
        answers = [operator_client.get(LIST) for _ in range(3)]
    for answer in answers:
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "Not available right now" in answer.content.decode()
        assert "10.0.0.7" not in answer.content.decode()
    assert len(lines(caplog)) == 1
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("headers", [PART, {"Accept": "application/json"}])
def test_programs_get_an_error_of_the_contract(operator_client: Client, headers: dict[str, str]) -> None:
    with database_away():
        answer = operator_client.get(LIST, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer["Retry-After"] == "5"


def test_read_only_is_an_outage_for_both_sides(
    operator_client: Client,
    conversation: Conversation,
    visitor: Visitor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with read_only():
        asked = visitor.send("Hello")
        read = operator_client.get(LIST)
        answered = operator_client.post(page(conversation, "reply/"), {"body": "Hello"}, headers=PART)
    assert (asked.status_code, asked.json()["code"]) == (503, "unavailable")
    assert read.status_code == 200
    assert (answered.status_code, answered.json()["code"]) == (503, "unavailable")
    assert all(line.startswith("The database takes no changes: cannot execute") for line in lines(caplog))
    assert visitor.send("Hello").status_code == 201


def test_mistakes_of_ours_stay_mistakes(operator_client: Client) -> None:
    operator_client.raise_request_exception = False
    with database_away(ProgrammingError):
        assert operator_client.get(LIST).status_code == 500


# What is said


def test_each_reason_is_said_once_in_a_while(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Outage()
    for _ in range(3):
        found.note(django_error(psycopg.OperationalError("the server closed the connection")))
        found.note(django_error(psycopg.OperationalError("connection refused")))
    assert len(lines(caplog)) == 2
    monkeypatch.setattr(database_outage, "LINE_SECONDS", 0.0)
    found.note(django_error(psycopg.OperationalError("connection refused")))
    assert len(lines(caplog)) == 3


def test_reasons_that_never_repeat_are_no_flood(caplog: pytest.LogCaptureFixture) -> None:
    found = Outage()
    for number in range(100):
        found.note(django_error(psycopg.OperationalError(f"reason {number}")))
    assert len(lines(caplog)) == database_outage.MOST_REASONS


def test_who_waited_for_a_connection_is_told_why_there_was_none() -> None:
    assert outage.reason_of(django_error(PoolTimeout("it took 2 s"))) == "it took 2 s"
    assert _passes(RefusalsOfThePool(), "psycopg.pool", psycopg.OperationalError(NO_ROOM)) is False
    assert outage.reason_of(django_error(PoolTimeout("it took 2 s"))) == NO_ROOM
    assert outage.lacks_connections


@pytest.mark.parametrize("reason", ["connection refused", 'FATAL:  password authentication failed for "app"'])
def test_other_refusals_are_no_lack_of_connections(reason: str) -> None:
    outage.remember(psycopg.OperationalError(reason))
    assert not outage.lacks_connections


def test_libraries_tell_of_an_outage_without_traceback() -> None:
    record = _record("django-q", "Failed to pull task from broker")
    error = django_error(psycopg.OperationalError("connection refused"))
    record.exc_info = (type(error), error, None)
    assert WithoutTraceback().filter(record)
    assert logging.Formatter().format(record) == "Failed to pull task from broker: connection refused"
    bug = _record("django-q", "Failed")
    bug.exc_info = (KeyError, KeyError("a"), None)
    assert WithoutTraceback().filter(bug)
    assert bug.exc_info is not None


def test_unavailable_has_no_line_for_each_request() -> None:
    for status, is_told in ((503, False), (500, True), (502, True)):
        record = _record("django.request", "Error")
        record.status_code = status
        assert WithoutUnavailable().filter(record) is is_told


def _record(name: str, message: str, *arguments: Any) -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, "", 1, message, arguments, None)


def _passes(kind: logging.Filter, name: str, error: Exception) -> bool:
    return bool(kind.filter(_record(name, "error connecting in %r: %s", "pool-1", error)))
