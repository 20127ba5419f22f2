"""Who gets a conversation: the least loaded operator who is there, and nobody twice at the same moment."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django_q.models import OrmQ

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation, ConversationEvent, Inbox, Message
from messenger.services import assignment, posting, reading, status
from tests.people import NOON, assignees, come, events_of, on_duty, open_widget, write

pytestmark = pytest.mark.django_db


# --- Nobody --------------------------------------------------------------------------------------------------


def test_without_operators_it_waits(inbox: Inbox, yekaterinburg: Branch) -> None:
    conversation = come(inbox, yekaterinburg)
    assert (conversation.assignee, conversation.unread_count) == (None, 1)
    assert events_of(conversation) == []


@pytest.mark.parametrize("value", ["away", "busy", "offline"])
def test_only_who_is_online_gets_it(inbox: Inbox, yekaterinburg: Branch, value: str) -> None:
    on_duty("anna", yekaterinburg, status=value)
    assert come(inbox, yekaterinburg).assignee is None


def test_who_was_switched_off_gets_nothing(inbox: Inbox, yekaterinburg: Branch) -> None:
    User.objects.filter(pk=on_duty("anna", yekaterinburg).pk).update(is_active=False)
    assert come(inbox, yekaterinburg).assignee is None


def test_other_branches_and_administrators_get_nothing(
    inbox: Inbox, yekaterinburg: Branch, moscow: Branch
) -> None:
    on_duty("victor", moscow)
    boss = on_duty("boss", yekaterinburg)
    User.objects.filter(pk=boss.pk).update(role=User.Role.ADMINISTRATOR)
    assert come(inbox, yekaterinburg).assignee is None


def test_whose_browser_is_gone_gets_nothing_after_the_lease(
    inbox: Inbox, yekaterinburg: Branch, settings: Any
) -> None:
    settings.MESSENGER_PRESENCE_TIMEOUT_SECONDS = 120
    on_duty("anna", yekaterinburg, last_seen_at=NOON)
    with clock.at(NOON + timedelta(seconds=120)):
        assert assignees(come(inbox, yekaterinburg)) == ["anna"]
    with clock.at(NOON + timedelta(seconds=121)):
        assert come(inbox, yekaterinburg).assignee is None


def test_who_has_no_room_gets_nothing(inbox: Inbox, yekaterinburg: Branch) -> None:
    on_duty("anna", yekaterinburg, capacity=2)
    assert assignees(*(come(inbox, yekaterinburg) for _ in range(3))) == ["anna", "anna", ""]


def test_looking_disturbs_nobody(inbox: Inbox, yekaterinburg: Branch) -> None:
    on_duty("anna", yekaterinburg)
    conversation = open_widget(inbox, yekaterinburg)
    conversation.refresh_from_db()
    assert conversation.assignee is None


# --- Somebody ------------------------------------------------------------------------------------------------


def test_the_first_message_finds_an_operator(inbox: Inbox, yekaterinburg: Branch, announced: Any) -> None:
    anna = on_duty("anna", yekaterinburg)
    conversation = open_widget(inbox, yekaterinburg)
    with announced(conversation) as events:
        conversation = write(conversation)
    assert conversation.assignee == anna
    assert conversation.assignee_assigned_at is not None
    assert conversation.assignee_opened_at is None
    assert conversation.assignee_last_read_at is None
    assert conversation.unread_count == 1
    event = ConversationEvent.objects.get(conversation=conversation)
    assert (event.kind, event.actor, event.data) == ("assigned", None, {"to": anna.pk, "to_name": "Anna"})
    told = events[f"messenger:operator:{anna.pk}"]
    assert [(one["type"], one["kind"], one["assignee"]) for one in told] == [
        ("conversation", "assigned", anna.pk)
    ]
    assert AgentProfile.objects.get(user=anna).last_assigned_at is not None


def test_a_user_without_a_profile_counts_as_online(inbox: Inbox, yekaterinburg: Branch) -> None:
    anna = User.objects.create(username="anna", branch=yekaterinburg)
    assert assignees(come(inbox, yekaterinburg)) == ["anna"]
    profile = AgentProfile.objects.get(user=anna)
    assert (profile.status, profile.capacity, profile.display_name) == ("online", 20, "")
    assert profile.last_seen_at is None


def test_the_least_loaded_comes_first(inbox: Inbox, yekaterinburg: Branch) -> None:
    anna = on_duty("anna", yekaterinburg)
    for _ in range(2):
        come(inbox, yekaterinburg)
    on_duty("boris", yekaterinburg)
    assert assignees(come(inbox, yekaterinburg), come(inbox, yekaterinburg)) == ["boris", "boris"]
    for conversation in Conversation.objects.filter(assignee=anna):
        status.resolve(conversation_id=conversation.pk, actor=anna)
    assert assignees(come(inbox, yekaterinburg)) == ["anna"]


def test_among_equals_who_waited_longest(inbox: Inbox, yekaterinburg: Branch) -> None:
    for name, minutes in (("anna", 1), ("boris", 3), ("clara", 2)):
        on_duty(name, yekaterinburg, last_assigned_at=NOON - timedelta(minutes=minutes))
    with clock.at(NOON):
        found = assignees(*(come(inbox, yekaterinburg) for _ in range(3)))
    assert found == ["boris", "clara", "anna"]


def test_later_messages_assign_nobody_anew(inbox: Inbox, yekaterinburg: Branch, statements: Any) -> None:
    on_duty("anna", yekaterinburg)
    conversation = come(inbox, yekaterinburg)
    on_duty("boris", yekaterinburg)
    message: dict[str, Any] = {
        "inbox_id": inbox.pk,
        "conversation_id": conversation.pk,
        "contact_id": conversation.contact_id,
        "body": "Still there?",
        "client_message_id": None,
    }
    assert len(statements(lambda: posting.post_from_contact(**message))) == 1
    conversation.refresh_from_db()
    assert assignees(conversation) == ["anna"]
    assert events_of(conversation) == ["assigned"]


def test_what_fails_with_the_message_leaves_nothing(inbox: Inbox, yekaterinburg: Branch) -> None:
    """Message and operator are one transaction: neither is there without the other."""
    anna = on_duty("anna", yekaterinburg)
    conversation = open_widget(inbox, yekaterinburg)
    with transaction.atomic():
        write(conversation)
        transaction.set_rollback(True)
    conversation.refresh_from_db()
    assert (conversation.assignee, conversation.last_message_id) == (None, None)
    assert not Message.objects.exists()
    assert AgentProfile.objects.get(user=anna).last_assigned_at is None


# --- Working hours -------------------------------------------------------------------------------------------


def test_outside_of_working_hours_it_waits(hours: Inbox, yekaterinburg: Branch) -> None:
    on_duty("anna", yekaterinburg)
    with clock.at(NOON - timedelta(hours=4)):
        assert come(hours, yekaterinburg).assignee is None
    with clock.at(NOON):
        assert assignees(come(hours, yekaterinburg)) == ["anna"]


def test_when_hours_begin_what_waits_is_assigned_oldest_first(hours: Inbox, yekaterinburg: Branch) -> None:
    night = []
    for minutes in (10, 30, 20):
        with clock.at(NOON - timedelta(hours=6, minutes=minutes)):
            night.append(come(hours, yekaterinburg))
    on_duty("anna", yekaterinburg)
    with clock.at(NOON - timedelta(hours=4)):
        assert assignment.assign_waiting(branch=yekaterinburg) == 0
    with clock.at(NOON):
        assert assignment.assign_waiting(branch=yekaterinburg) == 3
    given = ConversationEvent.objects.filter(kind="assigned").order_by("pk")
    assert list(given.values_list("conversation", flat=True)) == [night[1].pk, night[2].pk, night[0].pk]


def test_no_rush_on_who_comes_first(inbox: Inbox, yekaterinburg: Branch) -> None:
    """Ten waited overnight: Anna logs in first and gets three, the next ones as she opens what she has."""
    for _ in range(10):
        come(inbox, yekaterinburg)
    anna = on_duty("anna", yekaterinburg)
    assert assignment.assign_waiting(branch=yekaterinburg) == 3
    assert assignment.assign_waiting(branch=yekaterinburg) == 0
    on_duty("boris", yekaterinburg)
    assert assignment.assign_waiting(branch=yekaterinburg) == 3
    opened = Conversation.objects.filter(assignee=anna).order_by("pk")[:2]
    for conversation in opened:
        reading.mark_read_by_operator(conversation_id=conversation.pk, operator=anna)
    assert assignment.assign_waiting(branch=yekaterinburg) == 2
    assert Counter(assignees(*Conversation.objects.all())) == {"anna": 5, "boris": 3, "": 2}


def test_closed_inboxes_hold_nobody_up(
    hours: Inbox, yekaterinburg: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A night's worth of what waits for its hours stands before what could be given at once, and doesn't bar it."""
    monkeypatch.setattr(assignment, "QUEUE_BATCH", 2)
    always = Inbox.objects.create(name="Always", branch=yekaterinburg)
    with clock.at(NOON - timedelta(hours=4)):
        for _ in range(3):
            come(hours, yekaterinburg)
        late = come(always, yekaterinburg)
        on_duty("anna", yekaterinburg)
        assert assignment.assign_waiting(branch=yekaterinburg) == 1
    late.refresh_from_db()
    assert assignees(late) == ["anna"]


def test_what_somebody_works_on_is_left_to_them(inbox: Inbox, yekaterinburg: Branch) -> None:
    conversation = come(inbox, yekaterinburg)
    anna = on_duty("anna", yekaterinburg)
    status.take(conversation_id=conversation.pk, operator=anna)
    assert assignment.assign_waiting(branch=yekaterinburg) == 0
    assert events_of(conversation) == ["assigned"]


def test_who_resolves_makes_room(
    inbox: Inbox, yekaterinburg: Branch, django_capture_on_commit_callbacks: Any
) -> None:
    anna = on_duty("anna", yekaterinburg, capacity=1)
    first = come(inbox, yekaterinburg)
    with django_capture_on_commit_callbacks(execute=True):
        status.resolve(conversation_id=first.pk, actor=anna)
    assert not OrmQ.objects.exists()  # Nothing waits: nothing to do for the worker.
    status.reopen(conversation_id=first.pk, actor=anna)
    come(inbox, yekaterinburg)
    for end in (status.resolve, status.close):
        status.reopen(conversation_id=first.pk, actor=anna)
        with django_capture_on_commit_callbacks(execute=True):
            end(conversation_id=first.pk, actor=anna)
        task = OrmQ.objects.get().task
        assert (task["func"], task["args"]) == (
            "messenger.tasks.assign_waiting_of_branch",
            (yekaterinburg.pk,),
        )
        OrmQ.objects.all().delete()
