"""Conversations are given to colleagues of the branch by hand, and back to the queue."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Branch, User
from messenger.exceptions import AssigneeChanged, Invalid, NotFound
from messenger.models import AgentProfile, Conversation, Inbox
from messenger.services import assignment, status
from messenger.services.assigning import assign_to, give_back
from tests.admin.people import PART, answer, page, start
from tests.conftest import make_user
from tests.parallel import in_parallel
from tests.people import events_of, on_duty
from tests.services.conftest import Channels


@pytest.fixture
def annas(conversation: Conversation, operator: User) -> Conversation:
    status.take(conversation_id=conversation.pk, operator=operator)
    conversation.refresh_from_db()
    return conversation


def assign(
    client: Client, conversation: Conversation, to: User | str, had_by: User | None, **more: Any
) -> Any:
    body = {
        "operator": to if isinstance(to, str) else to.pk,
        "had_by": had_by.pk if had_by else "",
        **more,
    }
    return client.post(page(conversation, "assign/"), body, headers=PART)


def holder(conversation: Conversation) -> User | None:
    return Conversation.objects.get(pk=conversation.pk).assignee


@pytest.mark.parametrize("route", ["assign/", "unassign/"])
def test_whoever_may_not_assigns_nothing(
    client: Client,
    operator_client: Client,
    outsider_client: Client,
    annas: Conversation,
    operator: User,
    route: str,
) -> None:
    assert outsider_client.post(page(annas, route), {"operator": "queue"}).status_code == 404
    assert outsider_client.get(page(annas, "assign/")).status_code == 404
    assert client.post(page(annas, route)).status_code == 302
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(operator)
    assert checked.post(page(annas, route)).status_code == 403
    group = Group.objects.get(name="Messenger operators")
    group.permissions.remove(group.permissions.get(codename="change_conversation"))
    assert operator_client.post(page(annas, route)).status_code == 403
    assert holder(annas) == operator


def test_giving_back_needs_a_post(operator_client: Client, annas: Conversation) -> None:
    assert operator_client.get(page(annas, "unassign/")).status_code == 405


def test_to_a_colleague(
    operator_client: Client, annas: Conversation, operator: User, colleague: User
) -> None:
    response = assign(operator_client, annas, colleague, operator)
    assert response.json() == {"told": "Given to Boris. Boris is away at the moment."}
    annas.refresh_from_db()
    assert (annas.assignee, annas.assignee_opened_at, annas.unread_count) == (colleague, None, 1)
    event = annas.events.order_by("-pk")[0]
    assert (event.kind, event.actor) == ("assigned", operator)
    assert event.data == {
        "to": colleague.pk,
        "to_name": "Boris",
        "from": operator.pk,
        "from_name": "Anna Sergeeva",
    }
    shown = operator_client.get(page(annas)).content.decode()
    assert "Anna Sergeeva gave the conversation to Boris" in shown


@pytest.mark.django_db(transaction=True)
def test_both_operators_are_told(
    operator_client: Client, annas: Conversation, operator: User, colleague: User, channels: Channels
) -> None:
    channels.heard(annas.pk)
    assign(operator_client, annas, colleague, operator)
    heard = channels.heard(annas.pk)
    for user in (operator, colleague):
        (event,) = heard[f"messenger:operator:{user.pk}"]
        assert (event["kind"], event["assignee"], event["was_assignee"]) == (
            "assigned",
            colleague.pk,
            operator.pk,
        )


def test_without_scripts_it_is_a_page(
    operator_client: Client, annas: Conversation, operator: User, colleague: User
) -> None:
    asked = operator_client.get(page(annas, "assign/")).content.decode()
    assert f'value="{colleague.pk}"' in asked
    body = {"operator": colleague.pk, "had_by": operator.pk}
    shown = operator_client.post(page(annas, "assign/"), body, follow=True).content.decode()
    assert "Given to Boris." in shown
    refused = operator_client.post(page(annas, "assign/"), body | {"operator": "x"})
    assert refused.status_code == 400
    assert "Choose who gets it." in refused.content.decode()


def test_the_dialog_says_who_is_there_and_how_busy(
    operator_client: Client, annas: Conversation, operator: User, outsider: User, yekaterinburg: Branch
) -> None:
    clara = on_duty("clara", yekaterinburg, capacity=3)
    answer(start(annas.inbox, yekaterinburg, "Ivan"), clara)
    make_user("gone", yekaterinburg, is_active=False)
    response = operator_client.get(page(annas, "assign/"), headers=PART)
    (target,) = response.context["targets"]
    assert (target.operator, target.status, target.load, target.capacity) == (clara, "online", 1, 3)
    shown = re.sub(r"\s+", " ", response.content.decode())
    assert "Anna Sergeeva has the conversation now." in shown
    assert "1 of 3" in shown
    assert "Victor" not in shown


def test_the_dialog_costs_the_same_for_many(
    operator_client: Client, annas: Conversation, yekaterinburg: Branch
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            operator_client.get(page(annas, "assign/"), headers=PART)
        return len(captured)

    on_duty("first", yekaterinburg)
    few = queries()
    for number in range(5):
        on_duty(f"more{number}", yekaterinburg)
    assert queries() == few


def test_more_than_the_limit_is_allowed_and_told(
    operator_client: Client, annas: Conversation, operator: User, yekaterinburg: Branch
) -> None:
    clara = on_duty("clara", yekaterinburg, capacity=0)
    told = assign(operator_client, annas, clara, operator).json()["told"]
    assert told == "Given to Clara. That is more than the limit: 1 of 0."
    assert holder(annas) == clara


def test_whom_it_can_not_be_given_to(
    operator_client: Client,
    annas: Conversation,
    operator: User,
    outsider: User,
    administrator: User,
    yekaterinburg: Branch,
) -> None:
    gone = make_user("gone", yekaterinburg, is_active=False)
    for target in (gone, outsider, administrator):
        response = assign(operator_client, annas, target, operator)
        assert response.json()["fields"]["operator"] == ["Choose an operator of the conversation's branch."]
    for wrong in ("", "x", "0", "9" * 18, "9" * 19, "²"):
        assert assign(operator_client, annas, wrong, operator).status_code == 400
    assert operator_client.post(page(annas, "assign/"), {"operator": "1", "had_by": "x"}).status_code == 400
    assert holder(annas) == operator


def test_an_administrator_takes_it_over(
    administrator_client: Client, administrator: User, annas: Conversation, operator: User
) -> None:
    response = assign(administrator_client, annas, administrator, operator)
    assert response.json()["told"] == "The conversation is yours now."
    annas.refresh_from_db()
    assert annas.assignee == administrator
    assert annas.assignee_opened_at is not None
    shown = administrator_client.get(page(annas)).content.decode()
    assert "Alice took the conversation over from Anna Sergeeva" in shown


@pytest.mark.parametrize("end", [status.close, status.resolve])
def test_what_has_ended_stays(
    operator_client: Client, annas: Conversation, operator: User, colleague: User, end: Any
) -> None:
    end(conversation_id=annas.pk, actor=operator)
    assert assign(operator_client, annas, colleague, operator).status_code == 409
    assert operator_client.get(page(annas, "assign/"), headers=PART).status_code == 409
    assert "/change/assign/" not in operator_client.get(page(annas)).content.decode()
    assert holder(annas) == operator


def test_a_page_of_somebody_else_assigns_nothing(
    operator_client: Client, annas: Conversation, operator: User, colleague: User
) -> None:
    response = assign(operator_client, annas, colleague, operator, **{"as": colleague.pk})
    assert response.status_code == 403
    assert holder(annas) == operator


def test_the_second_of_two_is_told_who_has_it(
    operator_client: Client, annas: Conversation, operator: User, colleague: User, yekaterinburg: Branch
) -> None:
    clara = on_duty("clara", yekaterinburg)
    assert assign(operator_client, annas, colleague, operator).status_code == 200
    response = assign(operator_client, annas, clara, operator)
    assert (response.status_code, response.json()["detail"]) == (
        409,
        "Meanwhile the conversation went to Boris.",
    )
    assert holder(annas) == colleague
    assert assign(operator_client, annas, colleague, operator).status_code == 200, "what both wanted is so"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_wins(
    conversation: Conversation, operator: User, colleague: User
) -> None:
    turns = iter([(operator, colleague), (colleague, operator)])

    def act() -> str:
        actor, target = next(turns)
        try:
            assign_to(conversation_id=conversation.pk, actor=actor, operator=target, had_by=None)
        except AssigneeChanged as error:
            return error.holder
        return ""

    outcomes = in_parallel(2, act)
    winner = holder(conversation)
    assert winner is not None
    assert sorted(outcomes) == sorted(["", winner.display_name])
    assert events_of(conversation).count("assigned") == 1


def test_back_to_the_queue(operator_client: Client, annas: Conversation, operator: User) -> None:
    url = f"{page(annas, 'unassign/')}?had_by={operator.pk}"
    assert url in operator_client.get(page(annas)).content.decode()
    response = operator_client.post(url, headers=PART)
    assert "Given back to the queue." in response.content.decode()
    assert holder(annas) is None
    shown = operator_client.get(page(annas)).content.decode()
    assert "Anna Sergeeva gave the conversation back to the queue" in shown


def test_what_somebody_else_has_by_now_is_not_given_back(
    operator_client: Client, annas: Conversation, operator: User, colleague: User
) -> None:
    url = f"{page(annas, 'unassign/')}?had_by={operator.pk}"
    assign(operator_client, annas, colleague, operator)
    assert operator_client.post(url, headers=PART).status_code == 409
    assert holder(annas) == colleague


def test_what_was_given_back_comes_to_somebody_else(
    inbox: Inbox, yekaterinburg: Branch, annas: Conversation, operator: User
) -> None:
    AgentProfile.objects.filter(user=operator).update(status="online")
    give_back(conversation_id=annas.pk, actor=operator, had_by=operator.pk)
    other = start(inbox, yekaterinburg, "Ivan")
    Conversation.objects.filter(pk=other.pk).update(
        assignee=None, assignee_assigned_at=None, assignee_opened_at=None
    )
    assert assignment.assign_waiting(branch=yekaterinburg) == 1
    assert (holder(annas), holder(other)) == (None, operator), "it stands before nobody else's"
    clara = on_duty("clara", yekaterinburg)
    assignment.assign_waiting(branch=yekaterinburg)
    assert holder(annas) == clara


def test_out_of_sight_is_not_found(annas: Conversation, outsider: User, operator: User) -> None:
    with pytest.raises(NotFound):
        give_back(conversation_id=annas.pk, actor=outsider, had_by=operator.pk)
    with pytest.raises(NotFound):
        assign_to(conversation_id=annas.pk, actor=outsider, operator=outsider, had_by=operator.pk)


def test_of_a_global_inbox_only_within_the_branch(
    global_inbox: Inbox, yekaterinburg: Branch, operator: User, outsider: User
) -> None:
    wandering = start(global_inbox, yekaterinburg)
    with pytest.raises(Invalid):
        assign_to(conversation_id=wandering.pk, actor=operator, operator=outsider, had_by=None)
    assert holder(wandering) is None
