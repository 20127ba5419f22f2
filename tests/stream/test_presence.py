"""An open stream is a sign of life, colleagues hear who comes, and what changes hands is told on both sides."""

import time
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from crm.models import Branch, User
from messenger.models import AgentProfile, Conversation, Inbox
from messenger.services import presence, status
from messenger.services.escalation import escalate_due
from messenger.services.transfer import transfer
from tests.people import come, on_duty
from tests.stream.people import Open

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("role_groups")]


def last_seen(user: User) -> datetime:
    found = AgentProfile.objects.get(user=user).last_seen_at
    assert found is not None
    return found


def seen_later(user: User, than: datetime, seconds: float = 3) -> bool:
    """Whether a newer sign of life appears within some seconds."""
    deadline = timezone.now() + timedelta(seconds=seconds)
    while timezone.now() < deadline:
        if last_seen(user) > than:
            return True
        time.sleep(0.05)
    return False


# --- Signs of life -------------------------------------------------------------------------------------------


def test_opening_a_stream_is_a_sign_of_life(listen_as: Open, operator: User) -> None:
    before = timezone.now()
    with listen_as(operator):
        assert last_seen(operator) >= before


def test_who_has_no_profile_gets_one(listen_as: Open, administrator: User) -> None:
    with listen_as(administrator):
        profile = AgentProfile.objects.get(user=administrator)
    assert (profile.status, profile.capacity) == ("online", 20)


def test_an_open_stream_goes_on_being_one(listen_as: Open, operator: User) -> None:
    with listen_as(operator):
        assert seen_later(operator, last_seen(operator))


def test_a_page_that_beats_itself_has_to(listen_as: Open, operator: User) -> None:
    """A closed laptop leaves a stream behind that looks open: the page's own requests count, not that."""
    with listen_as(operator, beats="1") as client:
        assert not seen_later(operator, last_seen(operator), seconds=1.2)
        assert client.quiet_for(0.2)


def test_a_closed_stream_is_none(listen_as: Open, operator: User) -> None:
    listen_as(operator).close()
    opened = last_seen(operator)
    assert not seen_later(operator, opened + timedelta(seconds=0.5), seconds=1.5)


# --- Who hears of it -----------------------------------------------------------------------------------------


def test_colleagues_hear_of_a_new_status(
    listen_as: Open, operator: User, colleague: User, outsider: User, administrator: User
) -> None:
    with (
        listen_as(colleague) as beside,
        listen_as(administrator) as above,
        listen_as(outsider) as elsewhere,
    ):
        presence.set_status(user=operator, status="busy")
        for client in (beside, above):
            assert client.next_of("presence").data == {"type": "presence", "user": operator.pk}
            assert client.quiet_for(0.2)
        assert elsewhere.quiet_for(0.2)


def test_colleagues_hear_who_comes_back(listen_as: Open, operator: User, colleague: User) -> None:
    AgentProfile.objects.filter(user=operator).update(last_seen_at=timezone.now() - timedelta(hours=1))
    with listen_as(colleague) as beside, listen_as(operator):
        assert beside.next_of("presence").data["user"] == operator.pk


# --- What changes hands --------------------------------------------------------------------------------------


@pytest.fixture
def unopened(conversation: Conversation, operator: User) -> Conversation:
    """Anna has had it for an hour without a look at it."""
    status.take(conversation_id=conversation.pk, operator=operator)
    hour = timezone.now() - timedelta(hours=1)
    Conversation.objects.update(assignee_opened_at=None, assignee_assigned_at=hour)
    return conversation


def test_both_hear_of_an_escalation(
    listen_as: Open, unopened: Conversation, operator: User, yekaterinburg: Branch
) -> None:
    boris = on_duty("boris", yekaterinburg)
    with listen_as(operator) as before, listen_as(boris) as after:
        escalate_due(timeout=timedelta(minutes=4))
        for client in (before, after):
            told = client.next_of("conversation").data
            assert (told["kind"], told["assignee"], told["was_assignee"]) == (
                "escalated",
                boris.pk,
                operator.pk,
            )
        assert before.next_of("unread").data == {"unread": 0}
        assert after.next_of("unread").data == {"unread": 1}
        assert before.quiet_for(0.2)


def test_only_administrators_are_alerted(
    listen_as: Open, unopened: Conversation, operator: User, administrator: User, moscow: Branch
) -> None:
    elsewhere = on_duty("vera", moscow)
    User.objects.filter(pk=elsewhere.pk).update(role=User.Role.ADMINISTRATOR)
    elsewhere.refresh_from_db()
    with (
        listen_as(operator) as answers,
        listen_as(administrator) as above,
        listen_as(elsewhere) as apart,
    ):
        escalate_due(timeout=timedelta(minutes=4))
        assert above.next_of("alert").data["conversation"] == unopened.pk
        for client in (answers, apart):
            assert client.next_of("conversation").data["kind"] == "escalation_failed"
            assert client.quiet_for(0.3)


def test_both_branches_hear_of_a_transfer_once(
    listen_as: Open,
    global_inbox: Inbox,
    yekaterinburg: Branch,
    moscow: Branch,
    operator: User,
    colleague: User,
) -> None:
    conversation = come(global_inbox, yekaterinburg)
    status.take(conversation_id=conversation.pk, operator=operator)
    victor = on_duty("victor", moscow)
    people = (operator, colleague, victor)
    clients = [listen_as(user) for user in people]
    transfer(conversation_id=conversation.pk, actor=operator, operator=victor)
    for user, client in zip(people, clients, strict=True):
        told = client.next_of("conversation").data
        assert (told["kind"], told["was_branch"], told["branch"]) == (
            "transferred",
            yekaterinburg.pk,
            moscow.pk,
        ), user
        if user != colleague:
            client.next_of("unread")
        assert client.quiet_for(0.2), user
        client.close()


def test_an_open_page_loses_sight_of_what_went_to_another_branch(
    listen_as: Open, global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch, operator: User
) -> None:
    conversation = come(global_inbox, yekaterinburg)
    status.take(conversation_id=conversation.pk, operator=operator)
    with listen_as(operator, conversation) as client:
        transfer(conversation_id=conversation.pk, actor=operator, operator=on_duty("victor", moscow))
        assert client.next_of("conversation").data["kind"] == "transferred"
        assert client.next_of("resync", 3)
