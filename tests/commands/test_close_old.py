"""`close_old_messenger_conversations`: its options, what it says, and what it leaves alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from crm.models import Branch, User
from messenger.models import Conversation, ConversationEvent, Inbox
from messenger.services import status
from messenger.tasks import close_old_conversations
from tests.people import come

pytestmark = pytest.mark.django_db

NAME = "close_old_messenger_conversations"
DAYS_RANGE = "--days must be from 1 to 36500."
LIMIT_RANGE = "--limit must be from 1 to 1000000000."


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(NAME, *arguments, stdout=out)
    return out.getvalue().strip()


def state() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Conversation, ConversationEvent)]


@contextmanager
def exactly(error: str) -> Iterator[None]:
    before = state()
    with pytest.raises(CommandError) as caught:
        yield
    assert str(caught.value) == error
    assert caught.value.returncode != 0
    assert state() == before


@pytest.fixture
def old(inbox: Inbox, yekaterinburg: Branch, operator: User) -> list[Conversation]:
    """Resolved, and quiet for 91, 92 and 93 days."""
    made = [come(inbox, yekaterinburg) for _ in range(3)]
    for days, conversation in enumerate(made, 91):
        status.resolve(conversation_id=conversation.pk, actor=operator)
        moment = timezone.now() - timedelta(days=days)
        Conversation.objects.filter(pk=conversation.pk).update(last_message_at=moment)
    return made


def closed() -> list[int]:
    return list(Conversation.objects.filter(status="closed").order_by("pk").values_list("pk", flat=True))


def test_old_conversations_are_closed(old: list[Conversation]) -> None:
    assert [run(), run()] == ["3 conversations closed.", "0 conversations closed."]
    assert closed() == [conversation.pk for conversation in old]


def test_days_of_the_command_go_before_the_settings(old: list[Conversation], settings: LazySettings) -> None:
    settings.MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS = 94
    assert run("--dry-run") == "0 conversations would be closed."
    assert run("--days", "93") == "1 conversation closed."
    assert closed() == [old[2].pk]
    settings.MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS = 91
    assert run() == "2 conversations closed."


def test_limit_takes_the_oldest(old: list[Conversation]) -> None:
    assert run("--limit", "2") == "2 conversations closed."
    assert closed() == [old[1].pk, old[2].pk]


def test_dry_run_changes_nothing_and_says_what_would_be(
    old: list[Conversation], django_capture_on_commit_callbacks: Any
) -> None:
    before = state()
    with django_capture_on_commit_callbacks() as callbacks:
        assert run("--dry-run") == "3 conversations would be closed."
        assert run("--dry-run", "--limit", "1") == "1 conversation would be closed."
    assert (state(), callbacks) == (before, [])


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        *[("--days", text, DAYS_RANGE) for text in ("0", "-1", "36501", "9" * 30)],
        *[("--limit", text, LIMIT_RANGE) for text in ("0", "-5", "9" * 30)],
    ],
)
@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["", "dry"])
def test_numbers_that_make_no_sense_are_refused(
    option: str, text: str, sentence: str, more: list[str]
) -> None:
    with exactly(sentence):
        run(f"{option}={text}", *more)


@pytest.mark.parametrize("option", ["--days", "--limit"])
@pytest.mark.parametrize("text", ["soon", "1.5", ""])
def test_what_is_no_number_is_refused(option: str, text: str) -> None:
    with pytest.raises(CommandError, match=f"argument {option}: invalid int value"):
        run(f"{option}={text}")


@pytest.mark.usefixtures("old")
def test_messenger_that_is_off_is_told(settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    with exactly("Messenger disabled: set MESSENGER_ENABLED=1."):
        run()


@pytest.mark.parametrize(
    ("arguments", "changes", "sentence"),
    [
        (["--days", "0"], {}, f"CommandError: {DAYS_RANGE}\n"),
        (["--limit", "0"], {}, f"CommandError: {LIMIT_RANGE}\n"),
        ([], {"MESSENGER_ENABLED": "0"}, "CommandError: Messenger disabled: set MESSENGER_ENABLED=1.\n"),
    ],
)
def test_process_ends_with_one_sentence(arguments: list[str], changes: dict[str, str], sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", NAME, *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert (done.stdout, done.stderr) == ("", sentence)


def test_the_worker_does_the_same(old: list[Conversation], settings: LazySettings) -> None:
    settings.MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS = 93
    settings.MESSENGER_ENABLED = False
    assert close_old_conversations() == "messenger disabled"
    settings.MESSENGER_ENABLED = True
    assert close_old_conversations() == "1 conversations closed"


@pytest.mark.parametrize("text", ["0", "-1", "36501", "soon"])
def test_setting_that_makes_no_sense_is_reported(text: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS": text},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "messenger.E018" in done.stderr
