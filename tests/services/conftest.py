"""What a service leaves behind: statements, and what it announced on the real channels after its commit."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection
from redis.client import PubSub

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import Conversation, Inbox
from tests.people import NOON, come, on_duty

Announced = dict[str, list[dict[str, Any]]]
_NOT_COUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")


class Channels:
    """Listens to all channels of the messenger, for the events of one conversation."""

    def __init__(self, pubsub: PubSub) -> None:
        self._pubsub = pubsub
        pubsub.psubscribe("messenger:*")
        pubsub.parse_response()  # type: ignore[no-untyped-call]

    def heard(self, conversation_id: int) -> Announced:
        """What was published since the last call, by channel."""
        self._pubsub.ping()
        found: Announced = {}
        while (message := self._pubsub.get_message(timeout=5)) is not None and message["type"] != "pong":
            event = json.loads(message["data"])
            if event.get("conversation") == conversation_id:
                found.setdefault(message["channel"].decode(), []).append(event)
        return found


@pytest.fixture
def channels() -> Iterator[Channels]:
    with get_redis_connection("default").pubsub() as pubsub:
        yield Channels(pubsub)


@pytest.fixture
def announced(channels: Channels) -> Callable[[Conversation], AbstractContextManager[Announced]]:
    """`with announced(conversation) as events`: runs the block's commits, then `events` holds what was heard."""

    @contextmanager
    def listen(conversation: Conversation) -> Iterator[Announced]:
        events: Announced = {}
        channels.heard(conversation.pk)
        with TestCase.captureOnCommitCallbacks(execute=True):
            yield events
        events.update(channels.heard(conversation.pk))

    return listen


@pytest.fixture
def statements() -> Callable[[Callable[[], Any]], list[str]]:
    """The statements that a call sends, without those that only bound transactions."""

    def run(act: Callable[[], Any]) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            act()
        return [q["sql"] for q in queries if not q["sql"].startswith(_NOT_COUNTED)]

    return run


@pytest.fixture
def hours(inbox: Inbox) -> Inbox:
    """The shop works on weekdays from nine to six."""
    inbox.working_hours_enabled = True
    inbox.save()
    for weekday in range(1, 6):
        inbox.working_hours.create(weekday=weekday, opens=time(9), closes=time(18))
    return inbox


@pytest.fixture
def anna(yekaterinburg: Branch) -> User:
    return on_duty("anna", yekaterinburg)


@pytest.fixture
def annas(inbox: Inbox, yekaterinburg: Branch, anna: User) -> Conversation:
    """Assigned to Anna at noon."""
    with clock.at(NOON):
        return come(inbox, yekaterinburg)


@pytest.fixture
def boris(annas: Conversation, yekaterinburg: Branch) -> User:
    return on_duty("boris", yekaterinburg)
