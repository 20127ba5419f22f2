"""Reading, on both sides: what counts as read, for whom, and who is told."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.models import User
from messenger.models import Contact, Conversation, Message
from messenger.services import posting, reading, status
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(conversation: Conversation, operator: User) -> Conversation:
    """Anna's by another's hand: she has not opened it yet."""
    Conversation.objects.filter(pk=conversation.pk).update(
        assignee=operator, assignee_assigned_at=conversation.created_at
    )
    conversation.refresh_from_db()
    return conversation


def write(conversation: Conversation) -> int:
    return posting.post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body="One more",
        client_message_id=None,
    ).id


def reads(conversation: Conversation, operator: User) -> bool:
    counted = reading.mark_read_by_operator(conversation_id=conversation.pk, operator=operator)
    conversation.refresh_from_db()
    return counted


# --- By the operator ---------------------------------------------------------------------------------------


def test_unknown_conversation_counts_for_nothing(operator: User) -> None:
    assert not reading.mark_read_by_operator(conversation_id=999_999_999, operator=operator)


def test_a_colleagues_look_leaves_it_unread(mine: Conversation, colleague: User, announced: Any) -> None:
    with announced(mine) as events:
        assert not reads(mine, colleague)
    assert (mine.unread_count, mine.operator_read_up_to, mine.assignee_opened_at) == (1, 0, None)
    assert events == {}


def test_assignee_reads(mine: Conversation, operator: User, announced: Any) -> None:
    with announced(mine) as events:
        assert reads(mine, operator)
    assert (mine.unread_count, mine.operator_read_up_to) == (0, mine.last_message_id)
    assert mine.assignee_opened_at == mine.assignee_last_read_at is not None
    told = events[f"messenger:conversation:{mine.pk}"]
    assert [(event["type"], event["by"]) for event in told] == [("read", "operator")]
    assert f"messenger:operator:{operator.pk}" in events, "the badge falls in the operator's other tabs"


def test_first_opening_stays_and_last_reading_moves(mine: Conversation, operator: User) -> None:
    reads(mine, operator)
    opened = mine.assignee_opened_at
    reads(mine, operator)
    assert mine.assignee_opened_at == opened
    assert mine.assignee_last_read_at is not None
    assert opened is not None
    assert mine.assignee_last_read_at > opened


def test_anyone_reads_what_is_nobodys(conversation: Conversation, operator: User) -> None:
    assert reads(conversation, operator)
    assert (conversation.unread_count, conversation.operator_read_up_to) == (0, conversation.last_message_id)
    assert (conversation.assignee, conversation.assignee_opened_at) == (None, None)
    assert conversation.assignee_last_read_at is None


def test_second_look_tells_nobody(mine: Conversation, operator: User, announced: Any) -> None:
    reads(mine, operator)
    with announced(mine) as events:
        assert reads(mine, operator)
    assert events == {}


def test_empty_conversation_has_nothing_to_read(
    empty_conversation: Conversation, operator: User, announced: Any
) -> None:
    with announced(empty_conversation) as events:
        reads(empty_conversation, operator)
    assert (empty_conversation.operator_read_up_to, events) == (0, {})


def test_own_answer_counts_as_reading_what_was_before_it(mine: Conversation, operator: User) -> None:
    asked = mine.last_message_id
    posting.post_from_operator(conversation_id=mine.pk, operator=operator, body="Yes")
    mine.refresh_from_db()
    assert (mine.unread_count, mine.operator_read_up_to) == (0, asked)
    write(mine)
    mine.refresh_from_db()
    assert mine.unread_count == 1


def test_a_colleagues_answer_leaves_it_unread(mine: Conversation, operator: User, colleague: User) -> None:
    reads(mine, operator)
    write(mine)
    posting.post_from_operator(conversation_id=mine.pk, operator=colleague, body="Yes")
    read_up_to = mine.operator_read_up_to
    mine.refresh_from_db()
    assert (mine.unread_count, mine.operator_read_up_to) == (1, read_up_to)


def test_reading_goes_never_backwards(mine: Conversation, operator: User) -> None:
    write(mine)
    reads(mine, operator)
    read = mine.operator_read_up_to
    reads(mine, operator)
    assert mine.operator_read_up_to == read == mine.last_message_id


def test_number_of_statements_by_the_operator(mine: Conversation, operator: User, statements: Any) -> None:
    sent = statements(lambda: reads(mine, operator))
    assert len(sent) <= 4, sent  # one of them is the test's own look


@pytest.mark.django_db(transaction=True)
def test_messages_that_arrive_while_reading_are_not_lost(mine: Conversation, operator: User) -> None:
    turns = iter(range(12))

    def act() -> None:
        if next(turns) % 2:
            reading.mark_read_by_operator(conversation_id=mine.pk, operator=operator)
        else:
            write(mine)

    in_parallel(12, act)
    mine.refresh_from_db()
    unread = mine.messages.filter(direction="in", pk__gt=mine.operator_read_up_to).count()
    assert mine.unread_count == unread, "each message is either read or counted"


# --- By the contact ----------------------------------------------------------------------------------------


@pytest.fixture
def answers(conversation: Conversation, operator: User) -> list[int]:
    return [
        posting.post_from_operator(conversation_id=conversation.pk, operator=operator, body=str(n)).pk
        for n in range(3)
    ]


def read_ids() -> list[int]:
    return list(Message.objects.filter(read_at__isnull=False).order_by("pk").values_list("pk", flat=True))


def test_visitors_reading_is_told_to_who_looks_and_to_nobody_else(
    conversation: Conversation, answers: list[int], announced: Any
) -> None:
    with announced(conversation) as events:
        reading.mark_read_by_contact(conversation_id=conversation.pk, last_message_id=answers[1])
    assert read_ids() == answers[:2]
    assert events == {
        f"messenger:conversation:{conversation.pk}": [
            {"type": "read", "conversation": conversation.pk, "by": "contact"}
        ]
    }


@pytest.mark.parametrize("ids", [[], [0], [2**63 - 1]])
def test_nothing_to_mark_tells_nobody(
    conversation: Conversation, answers: list[int], ids: list[int], announced: Any
) -> None:
    with announced(conversation) as events:
        reading.mark_read_by_contact(conversation_id=conversation.pk, message_ids=ids)
    assert (read_ids(), events) == ([], {})


def test_second_reading_keeps_the_first_time(conversation: Conversation, answers: list[int]) -> None:
    first = reading.mark_read_by_contact(conversation_id=conversation.pk, message_ids=answers[:1])
    reading.mark_read_by_contact(conversation_id=conversation.pk, last_message_id=answers[2])
    assert Message.objects.get(pk=answers[0]).read_at == first
    assert read_ids() == answers


def test_other_conversations_are_untouched(
    conversation: Conversation, answers: list[int], operator: User
) -> None:
    neighbour = Contact.objects.create(inbox=conversation.inbox)
    other = Conversation.objects.create(
        inbox=conversation.inbox, branch_id=conversation.branch_id, contact=neighbour
    )
    theirs = posting.post_from_operator(conversation_id=other.pk, operator=operator, body="Yes").pk
    reading.mark_read_by_contact(conversation_id=conversation.pk, message_ids=[theirs])
    reading.mark_read_by_contact(conversation_id=conversation.pk, last_message_id=theirs)
    assert read_ids() == answers


def test_one_statement_marks_all(
    conversation: Conversation, answers: list[int], statements: Callable[..., list[str]]
) -> None:
    sent = statements(
        lambda: reading.mark_read_by_contact(conversation_id=conversation.pk, last_message_id=answers[2])
    )
    assert len(sent) == 1, sent


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_give_one_time(conversation: Conversation, answers: list[int]) -> None:
    in_parallel(
        6, lambda: reading.mark_read_by_contact(conversation_id=conversation.pk, last_message_id=answers[2])
    )
    assert Message.objects.filter(direction="out").values("read_at").distinct().count() == 1


def test_reading_goes_on_in_a_closed_conversation(
    conversation: Conversation, answers: list[int], operator: User
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    reading.mark_read_by_contact(conversation_id=conversation.pk, last_message_id=answers[2])
    assert read_ids() == answers
