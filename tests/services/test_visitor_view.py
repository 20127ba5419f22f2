"""What a visitor may see of conversations, for one poll and for the catch-up of all streams."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone, translation

from crm.models import User
from messenger.models import AgentProfile, Contact, Conversation, Message
from messenger.services import posting, status, typing, visitor_view

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(conversation: Conversation) -> Conversation:
    """Somebody else's, in the same inbox."""
    contact = Contact.objects.create(inbox=conversation.inbox)
    return Conversation.objects.create(
        inbox=conversation.inbox, branch_id=conversation.branch_id, contact=contact
    )


def answer(conversation: Conversation, operator: User, body: str = "Yes") -> int:
    return posting.post_from_operator(conversation_id=conversation.pk, operator=operator, body=body).pk


def ids(view: Any) -> list[int]:
    return [message["id"] for message in view["messages"]]


def test_no_cursor_no_view(db: None) -> None:
    assert visitor_view.snapshots({}) == {}


def test_unknown_conversation_has_no_entry(conversation: Conversation) -> None:
    assert set(visitor_view.snapshots({conversation.pk: 0, 999_999_999: 0})) == {conversation.pk}
    assert visitor_view.snapshot(999_999_999, 0) is None
    assert visitor_view.latest(999_999_999) is None


def test_each_conversation_goes_on_from_its_own_cursor(
    conversation: Conversation, other: Conversation, operator: User
) -> None:
    first, second = (answer(conversation, operator) for _ in range(2))
    third = answer(other, operator)
    views = visitor_view.snapshots({conversation.pk: first, other.pk: 0})
    assert (ids(views[conversation.pk]), ids(views[other.pk])) == ([second], [third])
    assert [views[pk]["last_id"] for pk in (conversation.pk, other.pk)] == [second, third]


def test_cursor_beyond_all_messages_stays(conversation: Conversation) -> None:
    view = visitor_view.snapshot(conversation.pk, 2**62)
    assert view is not None
    assert (view["messages"], view["last_id"]) == ([], 2**62)


def test_each_conversation_has_a_page_of_its_own(
    conversation: Conversation, other: Conversation, operator: User
) -> None:
    for _ in range(52):
        answer(conversation, operator)
    answer(other, operator)
    views = visitor_view.snapshots({conversation.pk: 0, other.pk: 0})
    assert [len(view["messages"]) for view in views.values()] == [50, 1]
    assert [views[pk]["has_more"] for pk in (conversation.pk, other.pk)] == [True, False]
    assert views[conversation.pk]["last_id"] == views[conversation.pk]["messages"][-1]["id"]


def test_latest_holds_the_last_fifty_oldest_first(conversation: Conversation, operator: User) -> None:
    stored = [answer(conversation, operator) for _ in range(60)]
    view = visitor_view.latest(conversation.pk)
    assert ids(view) == stored[-50:]


def test_notes_are_out_of_reach(conversation: Conversation, operator: User) -> None:
    Message.objects.bulk_create(
        Message(conversation=conversation, direction="internal", sender_user=operator, body="secret")
        for _ in range(60)
    )
    last = answer(conversation, operator)
    for view in (visitor_view.snapshot(conversation.pk, 0), visitor_view.latest(conversation.pk)):
        assert view is not None
        assert "secret" not in str(view)
        assert (ids(view)[-1], view["has_more"]) == (last, False)


def test_public_view_holds_nothing_of_the_inside(conversation: Conversation) -> None:
    view = visitor_view.snapshot(conversation.pk, 0)
    assert view is not None
    assert {"blocked", "last_id"} & set(visitor_view.public(view)) == set()


def test_typing_belongs_to_its_conversation(conversation: Conversation, other: Conversation) -> None:
    typing.mark_typing(other.pk, "operator")
    views = visitor_view.snapshots({conversation.pk: 0, other.pk: 0})
    assert [views[pk]["operator_typing"] for pk in (conversation.pk, other.pk)] == [False, True]


def test_names_are_those_for_visitors(conversation: Conversation, operator: User, colleague: User) -> None:
    answer(conversation, operator)
    AgentProfile.objects.filter(user=colleague).update(display_name="Support")
    answer(conversation, colleague)
    view = visitor_view.snapshot(conversation.pk, 0)
    assert view is not None
    assert [m["sender_name"] for m in view["messages"]] == ["Maria", "Anna", "Support"]
    assert view["conversation"]["assignee_name"] == "Anna"


def test_name_of_nobody_is_in_the_readers_language(conversation: Conversation, operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(first_name="")
    answer(conversation, operator)
    with translation.override("en"):
        view = visitor_view.snapshot(conversation.pk, 0)
    assert view is not None
    assert view["messages"][-1]["sender_name"] == view["conversation"]["assignee_name"] == "Operator"


def test_moments_have_milliseconds_and_offset(conversation: Conversation) -> None:
    view = visitor_view.snapshot(conversation.pk, 0)
    assert view is not None
    written = view["messages"][0]["created_at"]
    assert len(written) == len("2026-01-01T12:34:56.789+03:00")
    assert abs(datetime.fromisoformat(written) - timezone.now()).total_seconds() < 60


def test_state_is_told_without_messages(conversation: Conversation, operator: User) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    Contact.objects.update(is_blocked=True)
    view = visitor_view.snapshot(conversation.pk, 2**62)
    assert view is not None
    assert (view["conversation"]["status"], view["blocked"]) == ("closed", True)


def test_one_statement_for_all(conversation: Conversation, other: Conversation, statements: Any) -> None:
    sent = statements(lambda: visitor_view.snapshots({conversation.pk: 0, other.pk: 0}))
    assert len(sent) == 1
    sent = statements(lambda: visitor_view.latest(conversation.pk))
    assert len(sent) == 1
