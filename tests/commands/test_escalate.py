"""`escalate_messenger_conversations`: its options, what it says, and what it leaves alone."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django_redis import get_redis_connection

from crm.models import User
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation, ConversationEvent
from messenger.services import assignment

pytestmark = pytest.mark.django_db

NAME = "escalate_messenger_conversations"
TIMEOUT = settings.MESSENGER_ESCALATION_TIMEOUT_SECONDS
Heard = Callable[[], list[dict[str, Any]]]


def run(*arguments: str) -> list[str]:
    """The lines that it says."""
    out = StringIO()
    call_command(NAME, *arguments, stdout=out)
    return out.getvalue().splitlines()


def give(conversation: Conversation, operator: User, *, seconds_ago: int) -> None:
    with transaction.atomic(), clock.at(clock.now() - timedelta(seconds=seconds_ago)):
        assignment.give(conversation, operator, kind="assigned")


def state() -> list[Any]:
    """All that an escalation would change."""
    models = (Conversation, ConversationEvent, AgentProfile)
    return [list(model.objects.order_by("pk").values()) for model in models]


def assignee() -> User | None:
    return Conversation.objects.get().assignee


@pytest.fixture
def overdue(conversation: Conversation, operator: User, colleague: User) -> Conversation:
    """Anna didn't open it in time; Boris is there."""
    give(conversation, operator, seconds_ago=TIMEOUT + 1)
    AgentProfile.objects.filter(user=colleague).update(status="online")
    return conversation


@pytest.fixture
def heard(db: None) -> Iterator[Heard]:
    """What was published since the last call of the conversations of this test, whatever runs beside it."""
    with get_redis_connection("default").pubsub() as pubsub:
        pubsub.psubscribe("messenger:*")
        pubsub.parse_response()

        def hear() -> list[dict[str, Any]]:
            pubsub.ping()
            events = []
            while (message := pubsub.get_message(timeout=5)) is not None and message["type"] != "pong":
                events.append(json.loads(message["data"]))
            own = set(Conversation.objects.values_list("pk", flat=True))
            return [event for event in events if event.get("conversation") in own]

        yield hear


@contextmanager
def exactly(error: str) -> Iterator[None]:
    with pytest.raises(CommandError) as caught:
        yield
    assert str(caught.value) == error
    assert caught.value.returncode != 0


def test_messenger_that_is_off_is_told(overdue: Conversation, settings: LazySettings) -> None:
    settings.MESSENGER_ENABLED = False
    before = state()
    with exactly("Messenger disabled: set MESSENGER_ENABLED=1."):
        run()
    assert state() == before


@pytest.mark.parametrize("text", ["-1", "-240"])
def test_negative_timeout_is_refused(overdue: Conversation, text: str) -> None:
    before = state()
    with exactly("--timeout must be from 0 to 31536000 seconds."):
        run(f"--timeout={text}")
    with exactly("--timeout must be from 0 to 31536000 seconds."):
        run("--timeout", text)
    assert state() == before


@pytest.mark.parametrize("text", ["soon", "1.5", ""])
def test_timeout_that_is_no_number_is_refused(overdue: Conversation, text: str) -> None:
    with pytest.raises(CommandError, match="argument --timeout: invalid int value"):
        run(f"--timeout={text}")


@pytest.mark.parametrize(
    ("arguments", "changes", "sentence"),
    [
        (["--timeout", "-1"], {}, "CommandError: --timeout must be from 0 to 31536000 seconds.\n"),
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


def test_nothing_to_do(conversation: Conversation) -> None:
    assert run() == ["0 escalated, nobody left for 0."]


def test_overdue_conversation_is_given_on(overdue: Conversation, colleague: User) -> None:
    assert run() == [f"conversation {overdue.pk}: anna -> boris", "1 escalated, nobody left for 0."]
    assert assignee() == colleague
    assert overdue.events.filter(kind="escalated").count() == 1
    assert run() == ["0 escalated, nobody left for 0."]


def test_nobody_left_is_told(overdue: Conversation, operator: User, colleague: User) -> None:
    AgentProfile.objects.filter(user=colleague).update(status="away")
    for _again in range(2):
        assert run() == [f"conversation {overdue.pk}: anna -> nobody left", "0 escalated, nobody left for 1."]
    assert assignee() == operator
    assert overdue.events.filter(kind="escalation_failed").count() == 1


@pytest.mark.parametrize("status", ["online", "away"])
def test_dry_run_changes_nothing(
    overdue: Conversation, colleague: User, heard: Heard, status: str, django_capture_on_commit_callbacks: Any
) -> None:
    AgentProfile.objects.filter(user=colleague).update(status=status)
    before = state()
    heard()
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        said = run("--dry-run")
    assert state() == before
    assert (callbacks, heard()) == ([], [])
    name, given, failed = ("boris", 1, 0) if status == "online" else ("nobody left", 0, 1)
    assert said == [
        f"conversation {overdue.pk}: anna -> {name}",
        f"{given} would be escalated, nobody left for {failed}.",
    ]


def test_run_after_a_dry_run_does_what_was_said(overdue: Conversation) -> None:
    assert run("--dry-run")[:-1] == run()[:-1]


def test_timeout_comes_from_the_settings(overdue: Conversation, settings: LazySettings) -> None:
    settings.MESSENGER_ESCALATION_TIMEOUT_SECONDS = TIMEOUT + 60
    assert run() == ["0 escalated, nobody left for 0."]
    settings.MESSENGER_ESCALATION_TIMEOUT_SECONDS = TIMEOUT
    assert run()[-1] == "1 escalated, nobody left for 0."


def test_timeout_of_the_command_goes_before_the_settings(overdue: Conversation) -> None:
    assert run("--timeout", str(TIMEOUT + 60)) == ["0 escalated, nobody left for 0."]
    assert run("--timeout", "60")[-1] == "1 escalated, nobody left for 0."


def test_timeout_of_nothing_gives_on_what_was_just_assigned(
    conversation: Conversation, operator: User, colleague: User
) -> None:
    give(conversation, operator, seconds_ago=0)
    AgentProfile.objects.filter(user=colleague).update(status="online")
    assert run() == ["0 escalated, nobody left for 0."]
    assert run("--timeout", "0")[-1] == "1 escalated, nobody left for 0."
    assert assignee() == colleague
