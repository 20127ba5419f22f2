"""What visitors wrote is in no line of the log, not even where the database refuses a row of theirs."""

import logging
import sys
import traceback
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction

from crm.log_lines import LineFormatter
from messenger.models import Contact, Conversation

SECRET = "Mind the\nsecret).\nof Maria"


def line(message: str, *, with_error: bool = False) -> str:
    error = sys.exc_info() if with_error else None
    return LineFormatter().format(logging.LogRecord("test", logging.ERROR, "", 0, message, None, error))


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
        shown = line("Internal Server Error", with_error=True)
        of_the_worker = line(f"Failed 'purge' - {error} : {traceback.format_exc()}")
    for text in (shown, of_the_worker):
        assert "Maria" not in text
        assert "secret" not in text
        assert "DETAIL" not in text
        assert "violates" in text
        assert text.count("Traceback") == 2
        assert "IntegrityError" in text


def test_other_details_stay() -> None:
    text = "deadlock detected\nDETAIL:  Process 1 waits for process 2.\nHINT:  See server log."
    assert line(text) == text


def test_hint_stays_behind_a_row() -> None:
    assert line("no\nDETAIL:  Key (a)=(b\nc) exists.\nHINT:  Do.") == "no\nHINT:  Do."


def test_lines_are_written_by_it() -> None:
    handlers = logging.getLogger().handlers
    assert any(isinstance(handler.formatter, LineFormatter) for handler in handlers)
