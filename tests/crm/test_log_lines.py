"""What visitors wrote is in no line of the log, not even where the database refuses a row of theirs."""

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.urls import resolve

from crm.log_lines import LineFormatter
from messenger.models import Contact, Conversation

SECRET = "Mind the\nsecret).\nof Maria"


def line(message: str, *, with_error: bool = False, logger: str = "crm.tests", **more: Any) -> str:
    error = sys.exc_info() if with_error else None
    record = logging.LogRecord(logger, logging.ERROR, "", 0, message, None, error)
    record.__dict__.update(more)
    return LineFormatter().format(record)


def errors(conversation: Conversation) -> list[Callable[[], object]]:
    return [
        lambda: Conversation.objects.update(status="odd", rating_comment=SECRET),
        lambda: Contact.objects.create(pk=conversation.contact_id, inbox=conversation.inbox, name=SECRET),
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_refused_row_is_not_shown(conversation: Conversation, number: int) -> None:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        errors(conversation)[number]()
    assert "DETAIL" in str(caught.value)
    try:
        raise caught.value
    except DatabaseError as error:
        text = line("Internal Server Error", with_error=True)
        of_the_worker = f"Failed 'purge' (night) - {error} : {traceback.format_exc()}"
    for private in ("Maria", "secret", "DETAIL"):
        assert private not in text
    assert "violates" in text
    assert text.count("Traceback") == 2
    assert "IntegrityError" in text
    assert line(of_the_worker, logger="django-q") == "Failed 'purge' (night)"


def fail_in_a_group() -> None:
    raise ExceptionGroup(SECRET, [ValueError(SECRET)])


@pytest.mark.parametrize(
    "fail",
    [
        lambda: int(SECRET),
        lambda: dict[str, str]()[SECRET],
        lambda: getattr(None, SECRET),
        lambda: connection.cursor().execute("SELECT %s::int", [SECRET]),
        lambda: Conversation.objects.filter(pk=SECRET),
        lambda: Path(f"/nowhere/{SECRET}").read_text(),
        fail_in_a_group,
    ],
)
@pytest.mark.django_db
def test_an_errors_own_words_are_not_told(fail: Callable[[], object]) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        fail()
    caught.value.add_note(SECRET)
    try:
        raise RuntimeError(SECRET) from caught.value
    except RuntimeError:
        text = line("It failed", with_error=True)
    for private in ("Mind the", "secret)", "Maria"):
        assert private not in text
    assert "test_log_lines.py" in text
    assert "RuntimeError" in text


@pytest.mark.parametrize(
    "logger", ["django.request", "django.security.csrf", "django.security.TooManyFieldsSent"]
)
def test_of_a_request_neither_path_nor_reason_is_told(logger: str) -> None:
    request = RequestFactory().get(f"/messenger/back/{SECRET}/")
    request.resolver_match = resolve("/messenger/back/signed/")
    text = line(f"Internal Server Error: {SECRET}", logger=logger, request=request, status_code=500)
    assert "Maria" not in text
    assert "visitor-back" in text


def test_of_other_libraries_no_values_are_told() -> None:
    record = logging.LogRecord("boto", logging.ERROR, "", 0, "No %s", (SECRET,), None)
    assert LineFormatter().format(record) == "No %s"
    told = f"Task exception was never retrieved\nfuture: <Task exception=ValueError('{SECRET}')>"
    assert line(told, logger="asyncio") == "Task exception was never retrieved"


def test_other_details_stay() -> None:
    text = "deadlock detected\nDETAIL:  Process 1 waits for process 2.\nHINT:  See server log."
    assert line(text) == text


def test_hint_stays_behind_a_row() -> None:
    assert line("no\nDETAIL:  Key (a)=(b\nc) exists.\nHINT:  Do.") == "no\nHINT:  Do."


def test_lines_are_written_by_it() -> None:
    handlers = logging.getLogger().handlers
    assert any(isinstance(handler.formatter, LineFormatter) for handler in handlers)
