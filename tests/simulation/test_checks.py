"""The rules of the simulation notice when they are broken: each is broken here, around the services."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from crm.models import Branch, Region, User
from messenger.lib import clock
from messenger.models import (
    AgentProfile,
    Contact,
    Conversation,
    ConversationEvent,
    Inbox,
    RoutingRule,
    WorkingHours,
)
from tests.simulation.checks import Checks, RuleBroken

NOON = datetime(2026, 3, 17, 9, tzinfo=UTC)
Kind = ConversationEvent.Kind


@pytest.fixture(autouse=True)
def noon_of_a_working_day(inbox: Inbox) -> Iterator[None]:
    """In Moscow, whose time the inbox shows."""
    WorkingHours.objects.create(inbox=inbox, weekday=2, opens=time(9), closes=time(18))
    with clock.at(NOON):
        yield


@pytest.fixture
def on_duty(operator: User) -> User:
    AgentProfile.objects.filter(user=operator).update(status="online", last_seen_at=NOON)
    return operator


def step(conversation: Conversation, *, messages: int = 1) -> None:
    Checks().step(touched=[conversation.pk], sent={conversation.pk: messages})


def note(conversation: Conversation, kind: str, **data: Any) -> None:
    ConversationEvent.objects.create(conversation=conversation, kind=kind, data=data)


def give(conversation: Conversation, operator: User, *, ago: timedelta = timedelta()) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(assignee=operator, assignee_assigned_at=NOON - ago)
    note(conversation, Kind.ASSIGNED, to=operator.pk)


def test_what_keeps_the_rules_passes(conversation: Conversation, on_duty: User) -> None:
    give(conversation, on_duty)
    step(conversation)
    Checks().minute()


@pytest.mark.parametrize(
    ("profile", "rule"),
    [
        ({"status": "away"}, "not online"),
        ({"last_seen_at": NOON - timedelta(seconds=121)}, "not present"),
        ({"capacity": 0}, "not free"),
    ],
)
def test_giving_to_somebody_who_must_not_get_it(
    conversation: Conversation, on_duty: User, profile: dict[str, Any], rule: str
) -> None:
    AgentProfile.objects.filter(user=on_duty).update(**profile)
    give(conversation, on_duty)
    with pytest.raises(RuleBroken, match=rule):
        step(conversation)


def test_giving_to_another_branch(conversation: Conversation, outsider: User) -> None:
    AgentProfile.objects.filter(user=outsider).update(status="online", last_seen_at=NOON)
    give(conversation, outsider)
    with pytest.raises(RuleBroken, match="not of the branch"):
        step(conversation)


def test_giving_outside_of_the_hours(conversation: Conversation, on_duty: User) -> None:
    WorkingHours.objects.update(opens=time(13))
    give(conversation, on_duty)
    with pytest.raises(RuleBroken, match="not within working hours"):
        step(conversation)


def test_escalating_to_somebody_who_had_it(conversation: Conversation, on_duty: User) -> None:
    give(conversation, on_duty)
    note(conversation, Kind.ESCALATED, to=on_duty.pk)
    with pytest.raises(RuleBroken, match="had it"):
        step(conversation)


def test_alerting_twice_in_a_round(conversation: Conversation) -> None:
    note(conversation, Kind.ESCALATION_FAILED)
    note(conversation, Kind.REOPENED)
    note(conversation, Kind.ESCALATION_FAILED)
    step(conversation)
    note(conversation, Kind.ESCALATION_FAILED)
    with pytest.raises(RuleBroken, match="alerted twice"):
        step(conversation)


def test_losing_a_message(conversation: Conversation) -> None:
    with pytest.raises(RuleBroken, match="lost or doubled"):
        step(conversation, messages=2)
    with pytest.raises(RuleBroken, match="2 messages were sent, 1 are stored"):
        Checks().everything(sent={conversation.pk: 1}, bodies=["Do you deliver to Tagil?", "Hello?"])


def test_a_branch_that_the_rule_doesnt_name(
    global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch
) -> None:
    region = Region.objects.create(name="Sverdlovsk")
    RoutingRule.objects.create(name="Ural", branch=yekaterinburg).regions.add(region)
    contact = Contact.objects.create(inbox=global_inbox, region=region)
    astray = Conversation.objects.create(inbox=global_inbox, branch=moscow, contact=contact)
    with pytest.raises(RuleBroken, match="doesn't belong"):
        step(astray, messages=0)


def test_an_operator_of_another_branch(conversation: Conversation, outsider: User) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(assignee=outsider, assignee_assigned_at=NOON)
    with pytest.raises(RuleBroken, match="operator of another branch"):
        step(conversation)


def test_waiting_for_nobody(conversation: Conversation) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(waiting_since=None)
    with pytest.raises(RuleBroken, match="doesn't wait either"):
        step(conversation)


def test_waiting_while_somebody_has_time(conversation: Conversation, on_duty: User) -> None:
    with pytest.raises(RuleBroken, match="somebody has time"):
        Checks().minute()


def test_being_ignored_without_an_alert(conversation: Conversation, on_duty: User) -> None:
    give(conversation, on_duty, ago=timedelta(minutes=6, seconds=1))
    with pytest.raises(RuleBroken, match="nobody was alerted"):
        Checks().minute()
    Conversation.objects.filter(pk=conversation.pk).update(escalation_failed_at=NOON)
    Checks().minute()
