"""A visitor comes back: to the operator who knows them, if they are there."""

from datetime import timedelta

import pytest

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation, Inbox
from messenger.services import posting, reading, status
from tests.people import NOON, assignees, come, events_of, on_duty, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def resolved(inbox: Inbox, yekaterinburg: Branch) -> Conversation:
    """Anna had answered it and resolved it."""
    anna = on_duty("anna", yekaterinburg)
    conversation = come(inbox, yekaterinburg)
    posting.post_from_operator(conversation_id=conversation.pk, operator=anna, body="Yes")
    reading.mark_read_by_operator(conversation_id=conversation.pk, operator=anna)
    return status.resolve(conversation_id=conversation.pk, actor=anna)


def test_its_operator_goes_on_and_has_to_open_it_anew(resolved: Conversation) -> None:
    again = write(resolved, "One more thing")
    assert assignees(again) == ["anna"]
    assert again.assignee_opened_at is None
    assert again.assignee_assigned_at is not None
    assert resolved.assignee_assigned_at is not None
    assert again.assignee_assigned_at > resolved.assignee_assigned_at
    assert events_of(again) == ["assigned", "resolved", "reopened"]


def test_without_its_operator_it_goes_to_a_colleague(resolved: Conversation, yekaterinburg: Branch) -> None:
    AgentProfile.objects.update(status="offline")
    on_duty("boris", yekaterinburg)
    again = write(resolved, "One more thing")
    assert assignees(again) == ["boris"]
    assert again.unread_count == 2
    event = again.events.get(kind="assigned", pk__gt=again.events.get(kind="reopened").pk)
    assert (event.data["from_name"], event.data["to_name"]) == ("Anna", "Boris")


def test_whoever_moved_to_another_branch_leaves_it_behind(
    resolved: Conversation, yekaterinburg: Branch, moscow: Branch
) -> None:
    User.objects.update(branch=moscow)
    on_duty("boris", yekaterinburg)
    assert assignees(write(resolved, "One more thing")) == ["boris"]


def test_without_anybody_it_waits_for_all(resolved: Conversation) -> None:
    AgentProfile.objects.update(status="offline")
    again = write(resolved, "One more thing")
    assert (again.assignee, again.unread_count) == (None, 2)
    assert events_of(again)[-2:] == ["reopened", "unassigned"]
    assert list(Conversation.objects.waiting()) == [again]


def test_outside_of_hours_it_waits_for_all_though_its_operator_is_there(
    resolved: Conversation, hours: Inbox
) -> None:
    with clock.at(NOON + timedelta(days=30, hours=12)):
        again = write(resolved, "One more thing")
    assert again.assignee is None
    assert again.events.get(kind="unassigned").data["outside_hours"] is True


def test_what_follows_a_closed_one_is_assigned_anew(resolved: Conversation, yekaterinburg: Branch) -> None:
    status.close(conversation_id=resolved.pk, actor=resolved.assignee)  # type: ignore[arg-type]
    AgentProfile.objects.update(status="away")
    on_duty("boris", yekaterinburg)
    write(resolved, "A new question")
    assert assignees(Conversation.objects.exclude(pk=resolved.pk).get()) == ["boris"]
