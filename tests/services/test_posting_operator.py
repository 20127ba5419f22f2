"""An operator's answer: stored once, in order, and who answers first has the conversation."""

import uuid
from typing import Any

import pytest

from crm.models import User
from messenger.exceptions import ConversationClosed, IdempotencyConflict, Invalid, NotFound
from messenger.models import Conversation, ConversationEvent, Message
from messenger.services import posting, status, typing
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db


def answer(
    conversation: Conversation, operator: User, body: str = "Yes", key: uuid.UUID | None = None
) -> Message:
    return posting.post_from_operator(
        conversation_id=conversation.pk, operator=operator, body=body, client_message_id=key
    )


@pytest.mark.parametrize("body", ["", " \n ", "x" * 2001, "nul\0", "\ud800", None, 5, ["a"]], ids=ascii)
def test_bad_text_is_invalid_and_changes_nothing(
    conversation: Conversation, operator: User, body: Any
) -> None:
    before = Conversation.objects.values().get()
    with pytest.raises(Invalid) as caught:
        answer(conversation, operator, body)
    assert caught.value.fields["body"]
    assert Conversation.objects.values().get() == before
    assert Message.objects.count() == 1


def test_unknown_conversation_is_not_found(operator: User) -> None:
    with pytest.raises(NotFound):
        posting.post_from_operator(conversation_id=999_999_999, operator=operator, body="Yes")


def test_closed_conversation_takes_no_answer(
    conversation: Conversation, operator: User, announced: Any
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    with announced(conversation) as events, pytest.raises(ConversationClosed):
        answer(conversation, operator)
    assert events == {}
    conversation.refresh_from_db()
    assert (conversation.assignee, Message.objects.count()) == (None, 1)


def test_answer_is_stored_and_announced(conversation: Conversation, operator: User, announced: Any) -> None:
    status.take(conversation_id=conversation.pk, operator=operator)
    typing.mark_typing(conversation.pk, "operator")
    with announced(conversation) as events:
        message = answer(conversation, operator, " Yes\r\nwe do ")
    assert (message.direction, message.body, message.sender_user) == ("out", "Yes\nwe do", operator)
    conversation.refresh_from_db()
    assert (conversation.last_message_id, conversation.last_message_at) == (message.pk, message.created_at)
    assert (conversation.waiting_since, conversation.unread_count) == (None, 0)
    assert not typing.typing_state(conversation.pk).operator
    channel = f"messenger:conversation:{conversation.pk}"
    assert set(events) == {
        channel,
        f"messenger:branch:{conversation.branch_id}",
        "messenger:staff",
        f"messenger:operator:{operator.pk}",
    }
    assert events[channel] == [
        {
            "type": "message",
            "conversation": conversation.pk,
            "branch": conversation.branch_id,
            "assignee": operator.pk,
            "message": message.pk,
            "direction": "out",
            "by": "operator",
        }
    ]


def test_who_answers_first_has_the_conversation(
    conversation: Conversation, operator: User, colleague: User, announced: Any
) -> None:
    with announced(conversation) as events:
        answer(conversation, operator)
    answer(conversation, colleague)
    conversation.refresh_from_db()
    assert conversation.assignee == operator
    assert list(ConversationEvent.objects.values_list("kind", "actor")) == [("assigned", operator.pk)]
    told = [event["type"] for event in events[f"messenger:operator:{operator.pk}"]]
    assert told == ["conversation", "message"]


def test_resolved_conversation_is_opened_again(conversation: Conversation, operator: User) -> None:
    status.resolve(conversation_id=conversation.pk, actor=operator)
    answer(conversation, operator)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.resolved_at) == ("open", None)
    kinds = ConversationEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["resolved", "reopened", "assigned"]


def test_repeat_returns_the_first_message(conversation: Conversation, operator: User, announced: Any) -> None:
    key = uuid.uuid4()
    first = answer(conversation, operator, key=key)
    with announced(conversation) as events:
        assert answer(conversation, operator, key=key) == first
    assert (events, Message.objects.count()) == ({}, 2)


def test_repeat_after_closing_returns_the_first_message(conversation: Conversation, operator: User) -> None:
    key = uuid.uuid4()
    first = answer(conversation, operator, key=key)
    status.close(conversation_id=conversation.pk, actor=operator)
    assert answer(conversation, operator, key=key) == first


def test_same_id_with_another_text_or_from_another_is_a_conflict(
    conversation: Conversation, operator: User, colleague: User
) -> None:
    key = uuid.uuid4()
    answer(conversation, operator, key=key)
    with pytest.raises(IdempotencyConflict):
        answer(conversation, operator, "No", key)
    with pytest.raises(IdempotencyConflict):
        answer(conversation, colleague, key=key)


def test_id_that_the_visitor_used_is_a_conflict(conversation: Conversation, operator: User) -> None:
    key = uuid.uuid4()
    posting.post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body="Yes",
        client_message_id=key,
    )
    with pytest.raises(IdempotencyConflict):
        answer(conversation, operator, key=key)


def test_number_of_statements(conversation: Conversation, operator: User, statements: Any) -> None:
    answer(conversation, operator)
    sent = statements(lambda: answer(conversation, operator, key=uuid.uuid4()))
    assert len(sent) <= 4, sent


@pytest.mark.django_db(transaction=True)
def test_double_submit_at_once_stores_one(conversation: Conversation, operator: User) -> None:
    key = uuid.uuid4()
    found = in_parallel(8, lambda: answer(conversation, operator, key=key).pk)
    assert len(set(found)) == 1
    assert Message.objects.filter(direction="out").count() == 1
    assert ConversationEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_has_the_conversation(
    conversation: Conversation, operator: User, colleague: User
) -> None:
    people = iter([operator, colleague] * 4)
    in_parallel(8, lambda: answer(conversation, next(people)))
    conversation.refresh_from_db()
    assert conversation.assignee in (operator, colleague)
    assert list(ConversationEvent.objects.values_list("kind", "actor")) == [
        ("assigned", conversation.assignee_id)
    ]
    assert Message.objects.filter(direction="out").count() == 8


@pytest.mark.django_db(transaction=True)
def test_close_and_answer_at_once_leave_nothing_behind_the_end(
    conversation: Conversation, operator: User
) -> None:
    """Every answer that was taken lies before the end, and the others are told."""
    turns = iter(range(9))

    def act() -> bool:
        if next(turns) == 4:
            status.close(conversation_id=conversation.pk, actor=operator)
            return False
        try:
            answer(conversation, operator)
        except ConversationClosed:
            return False
        return True

    taken = sum(in_parallel(9, act))
    conversation.refresh_from_db()
    assert conversation.status == "closed"
    stored = Message.objects.filter(direction="out")
    assert stored.count() == taken
    assert conversation.closed_at is not None
    assert all(message.created_at <= conversation.closed_at for message in stored)


@pytest.mark.django_db(transaction=True)
def test_close_and_send_at_once_lose_no_message(conversation: Conversation, operator: User) -> None:
    """A visitor's message lands before the end, or in a new conversation; never in the closed one."""
    turns = iter(range(9))

    def act() -> None:
        if next(turns) == 4:
            status.close(conversation_id=conversation.pk, actor=operator)
            return
        posting.post_from_contact(
            inbox_id=conversation.inbox_id,
            conversation_id=conversation.pk,
            contact_id=conversation.contact_id,
            body="Still there?",
            client_message_id=uuid.uuid4(),
        )

    in_parallel(9, act)
    conversation.refresh_from_db()
    assert Message.objects.count() == 9
    assert Conversation.objects.exclude(pk=conversation.pk).filter(status="open").count() <= 1
    assert conversation.closed_at is not None
    late = conversation.messages.filter(created_at__gt=conversation.closed_at)
    assert not late.exists()
    for each in Conversation.objects.all():
        assert each.unread_count == each.messages.count()
        assert each.last_message_id == max(each.messages.values_list("pk", flat=True))


def test_answer_of_the_assignee_says_they_have_read(conversation: Conversation, operator: User) -> None:
    question = conversation.last_message_id
    posting.post_from_operator(conversation_id=conversation.pk, operator=operator, body="Yes")
    conversation.refresh_from_db()
    assert (conversation.unread_count, conversation.operator_read_up_to) == (0, question)


def test_answer_of_a_colleague_leaves_it_unread(
    conversation: Conversation, operator: User, colleague: User
) -> None:
    status.take(conversation_id=conversation.pk, operator=operator)
    posting.post_from_operator(conversation_id=conversation.pk, operator=colleague, body="Yes")
    conversation.refresh_from_db()
    assert (conversation.unread_count, conversation.operator_read_up_to) == (1, 0)
