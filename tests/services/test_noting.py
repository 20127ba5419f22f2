"""Notes: stored among the messages, and nothing of the conversation changes for anybody but colleagues."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from crm.models import User
from messenger.exceptions import IdempotencyConflict, Invalid, NotFound
from messenger.models import Conversation, Mention, Message
from messenger.services import noting, posting, status, visitor_view

pytestmark = pytest.mark.django_db

INTERNAL = Message.Direction.INTERNAL


def note(conversation: Conversation, author: User, body: str = "Call back", **more: Any) -> Message:
    return noting.add_note(conversation_id=conversation.pk, author=author, body=body, **more)


def row(conversation: Conversation) -> dict[str, Any]:
    return dict(Conversation.objects.filter(pk=conversation.pk).values().get())


def test_a_note_changes_nothing_of_the_conversation(conversation: Conversation, operator: User) -> None:
    before, seen = row(conversation), visitor_view.snapshot(conversation.pk, 0)
    stored = note(conversation, operator)
    assert (stored.direction, stored.sender_user_id, stored.read_at) == (INTERNAL, operator.pk, None)
    assert row(conversation) == before
    assert visitor_view.snapshot(conversation.pk, 0) == seen
    assert conversation.events.count() == 0


def test_ids_come_under_the_conversations_lock(
    conversation: Conversation, operator: User, statements: Any
) -> None:
    sent = statements(lambda: note(conversation, operator))
    lock, insert = (
        next(place for place, sql in enumerate(sent) if word in sql)
        for word in ("FOR NO KEY UPDATE", 'INSERT INTO "messenger_message"')
    )
    assert lock < insert


def test_closed_conversations_take_notes_and_stay_closed(conversation: Conversation, operator: User) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    note(conversation, operator)
    assert row(conversation)["status"] == "closed"


def test_a_repeat_is_stored_once_and_tells_nobody_again(
    conversation: Conversation, operator: User, colleague: User
) -> None:
    given = uuid.uuid4()
    first = note(conversation, operator, "@boris look", client_message_id=given)
    assert note(conversation, operator, "@boris look", client_message_id=given) == first
    assert Mention.objects.count() == 1


def test_a_note_is_no_repeat_of_an_answer_nor_the_other_way(
    conversation: Conversation, operator: User
) -> None:
    answered, noted = uuid.uuid4(), uuid.uuid4()
    common: dict[str, Any] = {"conversation_id": conversation.pk, "operator": operator, "body": "Same"}
    posting.post_from_operator(**common, client_message_id=answered)
    with pytest.raises(IdempotencyConflict):
        note(conversation, operator, "Same", client_message_id=answered)
    note(conversation, operator, "Same", client_message_id=noted)
    with pytest.raises(IdempotencyConflict):
        posting.post_from_operator(**common, client_message_id=noted)


@pytest.mark.parametrize("body", ["", "  ", "\0", "x" * 100_000, None])
def test_what_is_no_text_is_refused(conversation: Conversation, operator: User, body: Any) -> None:
    with pytest.raises(Invalid):
        note(conversation, operator, body)
    assert not Message.objects.filter(direction=INTERNAL).exists()


def test_nowhere_to_write_it(operator: User) -> None:
    with pytest.raises(NotFound):
        noting.add_note(conversation_id=10**12, author=operator, body="x")


def named(*users: User) -> list[int]:
    return sorted(user.pk for user in users)


def mentioned() -> list[int]:
    return sorted(Mention.objects.values_list("user_id", flat=True))


@pytest.mark.parametrize(
    "body",
    ["@boris", "Ask @boris.", "(@boris)", "@boris, @alice!", "@boris\n@boris", "x @boris+- y @anna"],
)
def test_colleagues_are_named(
    conversation: Conversation, operator: User, colleague: User, administrator: User, body: str
) -> None:
    note(conversation, operator, body)
    expected = named(colleague, administrator) if "alice" in body else named(colleague)
    assert mentioned() == expected


@pytest.mark.parametrize(
    "body", ["boris", "boris@example.com x@boris", "@borisov", "@nobody", "@ boris", "@boris@example.com"]
)
def test_not_every_at_is_a_mention(
    conversation: Conversation, operator: User, colleague: User, body: str
) -> None:
    note(conversation, operator, body)
    assert mentioned() == []


def test_who_may_not_see_it_is_not_named(conversation: Conversation, operator: User, outsider: User) -> None:
    with pytest.raises(Invalid, match="check") as refused:
        note(conversation, operator, "@victor look")
    assert refused.value.fields["body"][0].startswith("Victor can't see this conversation.")
    assert not Message.objects.filter(direction=INTERNAL).exists()


def test_who_has_left_is_not_named(conversation: Conversation, operator: User, colleague: User) -> None:
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    with pytest.raises(Invalid):
        note(conversation, operator, "@boris look")


def test_the_assignee_of_another_branch_may_be_named(
    conversation: Conversation, operator: User, outsider: User
) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(
        assignee=outsider, assignee_assigned_at=timezone.now()
    )
    note(conversation, operator, "@victor look")
    assert mentioned() == [outsider.pk]


def test_whole_departments_are_not_named(conversation: Conversation, operator: User) -> None:
    User.objects.bulk_create(
        User(username=f"user{number}", email=f"{number}@example.com", branch=operator.branch)
        for number in range(21)
    )
    with pytest.raises(Invalid):
        note(conversation, operator, " ".join(f"@user{number}" for number in range(21)))


def test_an_empty_conversation_stays_unstarted(empty_conversation: Conversation, operator: User) -> None:
    note(empty_conversation, operator)
    assert not Conversation.objects.started().filter(pk=empty_conversation.pk).exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM messenger_message")
        assert cursor.fetchone() == (1,)
