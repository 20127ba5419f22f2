"""Take, resolve, close, reopen: row, event and announcement, once each, and one winner where two act at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from crm.models import User
from messenger.exceptions import AlreadyActive, AlreadyTaken, ConversationClosed, MessengerError, NotFound
from messenger.models import Contact, Conversation, ConversationEvent
from messenger.services import posting, status
from tests.parallel import in_parallel
from tests.services.conftest import Channels

pytestmark = pytest.mark.django_db

Act = Callable[..., Conversation]


def events_of(conversation: Conversation) -> list[tuple[str, int | None]]:
    return list(
        ConversationEvent.objects.filter(conversation=conversation)
        .order_by("pk")
        .values_list("kind", "actor")
    )


def everywhere(conversation: Conversation, *operators: User) -> set[str]:
    """The channels of all who are concerned by a change of the conversation."""
    return {
        f"messenger:conversation:{conversation.pk}",
        f"messenger:branch:{conversation.branch_id}",
        "messenger:staff",
        *(f"messenger:operator:{operator.pk}" for operator in operators),
    }


# --- Errors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [status.resolve, status.close, status.reopen])
def test_unknown_conversation_is_not_found(operator: User, act: Act) -> None:
    with pytest.raises(NotFound):
        act(conversation_id=999_999_999, actor=operator)


def test_unknown_conversation_cannot_be_taken(operator: User) -> None:
    with pytest.raises(NotFound):
        status.take(conversation_id=999_999_999, operator=operator)


def test_closed_conversation_cannot_be_taken(conversation: Conversation, operator: User) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    with pytest.raises(ConversationClosed):
        status.take(conversation_id=conversation.pk, operator=operator)


def test_taken_conversation_says_who_has_it(
    conversation: Conversation, operator: User, colleague: User, announced: Any
) -> None:
    status.take(conversation_id=conversation.pk, operator=colleague)
    with announced(conversation) as events, pytest.raises(AlreadyTaken) as caught:
        status.take(conversation_id=conversation.pk, operator=operator)
    assert "Boris" in str(caught.value)
    assert events == {}
    assert events_of(conversation) == [("assigned", colleague.pk)]


def test_reopen_is_refused_beside_a_newer_conversation(conversation: Conversation, operator: User) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    Conversation.objects.create(
        inbox_id=conversation.inbox_id, branch_id=conversation.branch_id, contact_id=conversation.contact_id
    )
    with pytest.raises(AlreadyActive):
        status.reopen(conversation_id=conversation.pk, actor=operator)
    conversation.refresh_from_db()
    assert conversation.status == "closed"
    assert events_of(conversation) == [("closed", operator.pk)]


# --- What is done ------------------------------------------------------------------------------------------


def test_take(conversation: Conversation, operator: User, announced: Any) -> None:
    with announced(conversation) as events:
        status.take(conversation_id=conversation.pk, operator=operator)
    conversation.refresh_from_db()
    assert conversation.assignee == operator
    assert conversation.assignee_assigned_at == conversation.assignee_opened_at is not None
    event = ConversationEvent.objects.get(kind="assigned")
    assert (event.actor, event.data) == (operator, {"to": operator.pk, "to_name": "Anna Sergeeva"})
    assert set(events) == everywhere(conversation, operator)
    told = events[f"messenger:conversation:{conversation.pk}"]
    assert told == [
        {
            "type": "conversation",
            "kind": "assigned",
            "conversation": conversation.pk,
            "branch": conversation.branch_id,
            "assignee": operator.pk,
            "by": "operator",
            "actor": operator.pk,
        }
    ]


def test_resolve(conversation: Conversation, operator: User, announced: Any) -> None:
    with announced(conversation) as events:
        status.resolve(conversation_id=conversation.pk, actor=operator)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.waiting_since) == ("resolved", None)
    assert conversation.resolved_at is not None
    assert events_of(conversation) == [("resolved", operator.pk)]
    assert set(events) == everywhere(conversation)


def test_close(conversation: Conversation, operator: User, colleague: User, announced: Any) -> None:
    status.take(conversation_id=conversation.pk, operator=colleague)
    with announced(conversation) as events:
        status.close(conversation_id=conversation.pk, actor=operator)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.waiting_since) == ("closed", None)
    assert conversation.closed_at is not None
    assert events_of(conversation)[-1] == ("closed", operator.pk)
    assert set(events) == everywhere(conversation, colleague)


@pytest.mark.parametrize("end", [status.resolve, status.close])
def test_reopen(conversation: Conversation, operator: User, end: Act, announced: Any) -> None:
    end(conversation_id=conversation.pk, actor=operator)
    with announced(conversation) as events:
        status.reopen(conversation_id=conversation.pk, actor=operator)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.resolved_at, conversation.closed_at) == ("open", None, None)
    assert events_of(conversation)[-1] == ("reopened", operator.pk)
    assert set(events) == everywhere(conversation)


@pytest.mark.parametrize("act", [status.resolve, status.close, status.reopen])
def test_second_time_changes_nothing(
    conversation: Conversation, operator: User, colleague: User, act: Act, announced: Any
) -> None:
    if act is not status.reopen:
        act(conversation_id=conversation.pk, actor=operator)
    before, events_before = Conversation.objects.values().get(), events_of(conversation)
    with announced(conversation) as events:
        act(conversation_id=conversation.pk, actor=colleague)
    assert Conversation.objects.values().get() == before
    assert (events_of(conversation), events) == (events_before, {})


def test_second_take_changes_nothing(conversation: Conversation, operator: User, announced: Any) -> None:
    status.take(conversation_id=conversation.pk, operator=operator)
    before = Conversation.objects.values().get()
    with announced(conversation) as events:
        status.take(conversation_id=conversation.pk, operator=operator)
    assert Conversation.objects.values().get() == before
    assert events == {}


def test_closed_conversation_is_not_resolved(conversation: Conversation, operator: User) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    status.resolve(conversation_id=conversation.pk, actor=operator)
    conversation.refresh_from_db()
    assert conversation.status == "closed"


def test_number_of_statements(conversation: Conversation, operator: User, statements: Any) -> None:
    for act in (status.resolve, status.reopen, status.close):
        sent = statements(lambda act=act: act(conversation_id=conversation.pk, actor=operator))
        # Closing asks in one more whether a webhook is to be told.
        assert len(sent) <= (4 if act is status.close else 3), sent


# --- After the commit, or not at all -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_nothing_is_announced_before_the_commit(
    conversation: Conversation, operator: User, channels: Channels
) -> None:
    channels.heard(conversation.pk)
    with transaction.atomic():
        status.take(conversation_id=conversation.pk, operator=operator)
        assert channels.heard(conversation.pk) == {}
    assert set(channels.heard(conversation.pk)) == everywhere(conversation, operator)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_announced_after_a_rollback(
    conversation: Conversation, operator: User, channels: Channels
) -> None:
    channels.heard(conversation.pk)
    with transaction.atomic():
        status.take(conversation_id=conversation.pk, operator=operator)
        transaction.set_rollback(True)
    assert channels.heard(conversation.pk) == {}
    assert events_of(conversation) == []


# --- Races -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_one_gets_it(conversation: Conversation, operator: User, colleague: User) -> None:
    people = iter([operator, colleague] * 4)

    def take() -> str:
        person = next(people)
        try:
            return status.take(conversation_id=conversation.pk, operator=person).assignee.username  # type: ignore[union-attr]
        except AlreadyTaken as error:
            return f"not {person.username}: {error.by}"

    told = in_parallel(8, take)
    conversation.refresh_from_db()
    assert conversation.assignee is not None
    winner, loser = (operator, colleague) if conversation.assignee == operator else (colleague, operator)
    assert sorted(told) == sorted(
        [winner.username] * 4 + [f"not {loser.username}: {winner.display_name}"] * 4
    )
    assert events_of(conversation) == [("assigned", winner.pk)]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_close_one_does(conversation: Conversation, operator: User) -> None:
    in_parallel(8, lambda: status.close(conversation_id=conversation.pk, actor=operator))
    assert events_of(conversation) == [("closed", operator.pk)]


@pytest.mark.django_db(transaction=True)
def test_close_and_reopen_at_once_end_in_one_of_both(conversation: Conversation, operator: User) -> None:
    acts = iter([status.close, status.reopen] * 6)
    in_parallel(12, lambda: next(acts)(conversation_id=conversation.pk, actor=operator))
    conversation.refresh_from_db()
    kinds = [kind for kind, _actor in events_of(conversation)]
    assert kinds == (["closed", "reopened"] * 6)[: len(kinds)]
    assert conversation.is_closed is (kinds[-1] == "closed")


@pytest.mark.django_db(transaction=True)
def test_reopening_while_the_contact_begins_anew_leaves_one_active(
    conversation: Conversation, operator: User, contact: Contact
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    turns = iter(range(8))

    def act() -> None:
        try:
            if next(turns) % 2:
                status.reopen(conversation_id=conversation.pk, actor=operator)
            else:
                posting.post_from_contact(
                    inbox_id=conversation.inbox_id,
                    conversation_id=conversation.pk,
                    contact_id=contact.pk,
                    body="Again",
                    client_message_id=None,
                )
        except MessengerError as error:
            assert isinstance(error, AlreadyActive)  # noqa: PT017

    in_parallel(8, act)
    assert contact.conversations.exclude(status="closed").count() == 1
    assert sum(c.unread_count for c in contact.conversations.all()) == 5
