"""Closing of what was resolved long ago: nothing else is closed, and whoever writes at that moment is heard."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import TestCase
from django.utils import timezone
from django_redis import get_redis_connection

from crm.models import Branch, User
from messenger.events import STAFF_CHANNEL, branch_channel, conversation_channel
from messenger.lib import clock
from messenger.models import Conversation, ConversationEvent, Inbox
from messenger.services import posting, rating, retention, status
from messenger.services.quiet_poll import poll
from messenger.services.retention import close_quiet, count_quiet
from tests.outages import redis_away
from tests.parallel import in_parallel
from tests.people import NOON, come, events_of

pytestmark = pytest.mark.django_db

QUIET = timedelta(days=90)
MINUTE = timedelta(minutes=1)


def age(*conversations: Conversation, by: timedelta = QUIET + MINUTE) -> None:
    pks = [conversation.pk for conversation in conversations]
    Conversation.objects.filter(pk__in=pks).update(last_message_at=timezone.now() - by)


def make_quiet(inbox: Inbox, branch: Branch, operator: User, count: int) -> list[Conversation]:
    made = [come(inbox, branch) for _ in range(count)]
    for conversation in made:
        status.resolve(conversation_id=conversation.pk, actor=operator)
    age(*made)
    return made


def statuses(*conversations: Conversation) -> list[str]:
    rows = dict(Conversation.objects.values_list("pk", "status"))
    return [rows[conversation.pk] for conversation in conversations]


def closings() -> int:
    return ConversationEvent.objects.filter(kind="closed").count()


@pytest.fixture
def quiet(conversation: Conversation, operator: User) -> Conversation:
    """Resolved by Anna; the last message came 90 days and a minute ago."""
    status.resolve(conversation_id=conversation.pk, actor=operator)
    age(conversation)
    return conversation


def test_quiet_conversation_is_closed_by_the_system(quiet: Conversation) -> None:
    with clock.at(NOON + timedelta(days=365)):
        assert close_quiet(quiet_for=QUIET) == 1
    quiet.refresh_from_db()
    assert (quiet.status, quiet.closed_at) == ("closed", NOON + timedelta(days=365))
    event = quiet.events.get(kind="closed")
    assert (event.actor, event.data) == (None, {"quiet_days": 90})
    assert event.created_at == quiet.closed_at


def test_it_is_not_closed_twice(quiet: Conversation) -> None:
    assert [close_quiet(quiet_for=QUIET) for _ in range(2)] == [1, 0]
    assert events_of(quiet).count("closed") == 1


def test_a_day_that_is_not_over_counts(quiet: Conversation) -> None:
    age(quiet, by=QUIET - MINUTE)
    assert close_quiet(quiet_for=QUIET) == 0


@pytest.mark.parametrize("state", ["open", "pending", "closed"])
def test_only_what_is_resolved_is_closed(conversation: Conversation, state: str) -> None:
    ended = {"closed_at": timezone.now()} if state == "closed" else {}
    age(conversation)
    Conversation.objects.update(status=state, **ended)
    assert close_quiet(quiet_for=QUIET) == 0
    assert statuses(conversation) == [state]


def test_what_nobody_wrote_in_is_left_to_the_purge(empty_conversation: Conversation, operator: User) -> None:
    status.resolve(conversation_id=empty_conversation.pk, actor=operator)
    assert close_quiet(quiet_for=MINUTE - MINUTE) == 0


def test_rating_stays_possible_and_the_visitor_writes_anew(quiet: Conversation) -> None:
    Inbox.objects.update(rating_enabled=True)
    close_quiet(quiet_for=QUIET)
    view = poll(quiet.pk, 0)
    assert view
    assert view["rating_requested"]
    rating.rate(conversation_id=quiet.pk, score=5, comment="")
    quiet.refresh_from_db()
    assert (quiet.rating_score, quiet.status) == (5, "closed")
    assert write_anew(quiet) != quiet.pk


def write_anew(conversation: Conversation) -> int:
    return posting.post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body="It is me again",
        client_message_id=None,
    ).conversation_id


# Batches


def test_batches_and_the_limit(
    inbox: Inbox, yekaterinburg: Branch, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    made = make_quiet(inbox, yekaterinburg, operator, 8)
    age(made[-1], by=QUIET * 2)
    assert (count_quiet(quiet_for=QUIET), count_quiet(quiet_for=QUIET, limit=5)) == (8, 5)
    assert close_quiet(quiet_for=QUIET, limit=4) == 4
    assert statuses(made[-1], *made[:4]) == ["closed"] * 4 + ["resolved"]
    assert close_quiet(quiet_for=QUIET) == 4
    assert closings() == 8


def test_many_of_the_same_moment_are_all_found(
    inbox: Inbox, yekaterinburg: Branch, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    make_quiet(inbox, yekaterinburg, operator, 7)
    Conversation.objects.update(last_message_at=NOON - QUIET * 9)
    assert close_quiet(quiet_for=QUIET) == 7


def test_time_that_is_over_ends_it_after_the_batch(
    inbox: Inbox, yekaterinburg: Branch, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    make_quiet(inbox, yekaterinburg, operator, 5)
    assert [close_quiet(quiet_for=QUIET, seconds=0) for _ in range(4)] == [2, 2, 1, 0]


def test_a_batch_is_one_statement(
    inbox: Inbox, yekaterinburg: Branch, operator: User, statements: Any
) -> None:
    make_quiet(inbox, yekaterinburg, operator, 40)
    assert len(statements(lambda: close_quiet(quiet_for=QUIET, limit=40))) == 1


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_the_rest_is_done_next_time(
    inbox: Inbox, yekaterinburg: Branch, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed stays, the batch under way is as if it had never begun."""
    monkeypatch.setattr(retention, "BATCH", 2)
    made = make_quiet(inbox, yekaterinburg, operator, 5)

    def die(execute: Any, sql: str, *rest: Any) -> Any:
        if "WITH due" not in sql or not closings():
            return execute(sql, *rest)
        with transaction.atomic():
            execute(sql, *rest)
            raise KeyboardInterrupt

    with connection.execute_wrapper(die), pytest.raises(KeyboardInterrupt):
        close_quiet(quiet_for=QUIET)
    assert statuses(*made).count("closed") == closings() == 2
    assert close_quiet(quiet_for=QUIET) == 3
    assert closings() == 5


# Races


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_share_the_work(
    inbox: Inbox, yekaterinburg: Branch, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 5)
    made = make_quiet(inbox, yekaterinburg, operator, 60)
    assert sum(in_parallel(4, lambda: close_quiet(quiet_for=QUIET))) == 60
    assert statuses(*made) == ["closed"] * 60
    assert closings() == 60


@pytest.mark.django_db(transaction=True)
def test_message_under_way_wins(quiet: Conversation) -> None:
    """The run passes by what is locked; when the message is there it is not due any more."""
    writing, closed = threading.Event(), threading.Event()

    def act() -> None:
        try:
            with transaction.atomic():
                write_anew(quiet)
                writing.set()
                closed.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=act)
    writer.start()
    writing.wait(20)
    assert close_quiet(quiet_for=QUIET) == 0
    closed.set()
    writer.join()
    assert close_quiet(quiet_for=QUIET) == 0
    assert statuses(quiet) == ["open"]


@pytest.mark.django_db(transaction=True)
def test_every_message_lands_whoever_is_first(inbox: Inbox, yekaterinburg: Branch, operator: User) -> None:
    """Either the conversation was reopened and not closed, or the message opened a new one."""
    made = make_quiet(inbox, yekaterinburg, operator, 40)
    todo = [*made, *[None] * 40]

    def act() -> tuple[int, int] | None:
        conversation = todo.pop(0)
        if conversation is None:
            close_quiet(quiet_for=QUIET, limit=7)
            return None
        return conversation.pk, write_anew(conversation)

    landed = dict(pair for _ in range(8) for pair in in_parallel(10, act) if pair)
    assert len(landed) == 40
    states = dict(Conversation.objects.values_list("pk", "status"))
    for pk, where in landed.items():
        assert states[where] == "open"
        assert where == pk or states[pk] == "closed"


# Announcement


def test_who_looks_is_told_as_of_any_closing(quiet: Conversation, announced: Any) -> None:
    with look_at(quiet), announced(quiet) as heard:
        close_quiet(quiet_for=QUIET)
    event = {
        "type": "conversation",
        "kind": "closed",
        "conversation": quiet.pk,
        "branch": quiet.branch_id,
        "assignee": None,
        "by": "contact",
    }
    channels = [conversation_channel(quiet.pk), branch_channel(quiet.branch_id), STAFF_CHANNEL]
    assert heard == {channel: [event] for channel in channels}


@contextmanager
def look_at(conversation: Conversation) -> Iterator[None]:
    """Somebody has it before their eyes."""
    with get_redis_connection("default").pubsub() as pubsub:
        pubsub.subscribe(conversation_channel(conversation.pk))
        pubsub.parse_response()
        yield


def test_what_nobody_looks_at_is_closed_in_silence(quiet: Conversation, announced: Any) -> None:
    with announced(quiet) as heard:
        assert close_quiet(quiet_for=QUIET) == 1
    assert not heard


def test_it_is_closed_while_redis_is_away(quiet: Conversation, settings: LazySettings) -> None:
    with redis_away(settings), TestCase.captureOnCommitCallbacks(execute=True):
        assert close_quiet(quiet_for=QUIET) == 1


@pytest.mark.django_db(transaction=True)
def test_kept_answer_of_a_poll_is_forgotten(quiet: Conversation) -> None:
    last = quiet.last_message_id or 0
    for _ in range(2):
        view = poll(quiet.pk, last)
        assert view
        assert view["conversation"]["status"] == "resolved"
    close_quiet(quiet_for=QUIET)
    view = poll(quiet.pk, last)
    assert view
    assert view["conversation"]["status"] == "closed"
