"""Transfers from the workspace: by the dialog's script, and by a form without scripts."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_redis import get_redis_connection

from crm.models import Branch, User
from messenger.models import AgentProfile, Conversation, Inbox
from messenger.services import status
from tests.admin.people import LIST, PART, answer, page, start
from tests.admin.transfers import SEVERAL, by_form, by_script, message_of, several, to, transferred
from tests.conftest import make_user
from tests.services.conftest import Channels
from tests.visitor import Visitor


@pytest.mark.parametrize("method", ["get", "post"])
def test_of_another_branch_it_is_not_found(
    outsider_client: Client, wandering: Conversation, moscow: Branch, method: str
) -> None:
    call: Callable[..., Any] = getattr(outsider_client, method)
    assert call(page(wandering, "transfer/"), {"to": to(moscow)}).status_code == 404
    assert call(SEVERAL, {"id": [wandering.pk], "to": to(moscow)}).status_code == 404
    assert transferred() == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_anonymous_is_led_to_the_log_in(client: Client, wandering: Conversation, method: str) -> None:
    for url in (page(wandering, "transfer/"), SEVERAL):
        response = getattr(client, method)(url, {"id": [wandering.pk]})
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_only_look_transfers_nothing(
    operator_client: Client, wandering: Conversation, moscow: Branch, method: str
) -> None:
    group = Group.objects.get(name="Messenger operators")
    group.permissions.remove(group.permissions.get(codename="change_conversation"))
    for url in (page(wandering, "transfer/"), SEVERAL):
        body = {"id": [wandering.pk], "to": to(moscow)}
        assert getattr(operator_client, method)(url, body).status_code == 403
    assert transferred() == []
    assert "/change/transfer/" not in operator_client.get(page(wandering)).content.decode()
    assert "msgr-tick" not in operator_client.get(LIST).content.decode()


def test_foreign_sites_transfer_nothing(operator: User, wandering: Conversation, moscow: Branch) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    assert client.post(page(wandering, "transfer/"), {"to": to(moscow)}).status_code == 403
    assert client.post(SEVERAL, {"id": [wandering.pk], "to": to(moscow)}).status_code == 403


def test_a_page_of_somebody_else_transfers_nothing(
    operator_client: Client, colleague: User, wandering: Conversation, moscow: Branch
) -> None:
    response = by_script(operator_client, wandering, to=to(moscow), **{"as": colleague.pk})
    assert response.status_code == 403
    assert transferred() == []


def test_a_branchs_inbox_keeps_its_conversations(
    operator_client: Client, conversation: Conversation, moscow: Branch
) -> None:
    assert "/change/transfer/" not in operator_client.get(page(conversation)).content.decode()
    sentence = "Only conversations of a global inbox can go to another branch."
    for response in (
        by_script(operator_client, conversation, to=to(moscow)),
        operator_client.get(page(conversation, "transfer/"), headers=PART),
    ):
        assert (response.status_code, response.json()["detail"]) == (409, sentence)
    for response in (
        by_form(operator_client, conversation, to=to(moscow)),
        operator_client.get(page(conversation, "transfer/"), follow=True),
    ):
        assert sentence in response.content.decode()
    conversation.refresh_from_db()
    assert conversation.branch.name == "Yekaterinburg"


@pytest.mark.parametrize("ended", [status.close, status.resolve])
def test_what_has_ended_stays(
    operator_client: Client, operator: User, wandering: Conversation, moscow: Branch, ended: Any
) -> None:
    ended(conversation_id=wandering.pk, actor=operator)
    response = by_script(operator_client, wandering, to=to(moscow))
    assert response.status_code == 409
    assert "Reopen it" in response.json()["detail"]
    shown = by_form(operator_client, wandering, to=to(moscow), reason="Speaks Tatar").content.decode()
    assert "Reopen it" in shown
    assert "Speaks Tatar" in shown, "nothing that was typed is lost"
    assert f'value="{to(moscow)}" selected' in shown
    assert "/change/transfer/" not in operator_client.get(page(wandering)).content.decode()


def test_whom_a_form_can_not_name(
    operator_client: Client, wandering: Conversation, moscow: Branch, outsider: User, administrator: User
) -> None:
    gone = make_user("gone", moscow, is_active=False)
    nowhere = make_user("nowhere", None)
    closed = Branch.objects.create(name="Closed", is_active=False)
    of_closed = make_user("closed", closed)
    targets: list[User | Branch] = [gone, nowhere, of_closed, administrator, closed]
    for value in ("", "operator-x", "branch-0", "17", *(to(target) for target in targets)):
        response = by_script(operator_client, wandering, to=value)
        assert (response.status_code, response.json()["code"]) == (400, "invalid")
        assert response.json()["fields"]["to"]
        assert by_form(operator_client, wandering, to=value).status_code == 400
    assert transferred() == []


def test_a_reason_that_is_too_long_comes_back(
    operator_client: Client, wandering: Conversation, moscow: Branch, on_duty: User
) -> None:
    body = {"to": to(moscow), "reason": "x" * 501}
    response = by_script(operator_client, wandering, **body)
    assert (response.status_code, response.json()["fields"]) == (
        400,
        {"reason": ["At most 500 characters."]},
    )
    shown = by_form(operator_client, wandering, **body).content.decode()
    assert "At most 500 characters." in shown
    assert "x" * 501 in shown
    assert transferred() == []
    # A browser sends the end of a line as two characters.
    assert by_script(operator_client, wandering, to=to(moscow), reason="x\r\n" * 250).status_code == 200


def test_who_has_it_is_not_offered_it(
    operator_client: Client, operator: User, colleague: User, wandering: Conversation
) -> None:
    shown = operator_client.get(page(wandering, "transfer/"), headers=PART).content.decode()
    assert to(operator) not in shown
    assert to(colleague) in shown
    answered = several(operator_client, [wandering], to=to(operator))
    assert answered.json()["fields"]["operator"] == ["Anna Sergeeva has the conversation already."]


def test_the_dialog_says_who_is_there_and_how_busy(
    operator_client: Client, wandering: Conversation, moscow: Branch, on_duty: User, global_inbox: Inbox
) -> None:
    far = make_user("far", moscow, first_name="Far")
    AgentProfile.objects.create(user=far, last_seen_at=timezone.now() - timedelta(hours=1))
    make_user("new", moscow, first_name="New")
    answer(start(global_inbox, moscow), on_duty)
    shown = operator_client.get(page(wandering, "transfer/"), headers=PART).content.decode()
    assert "<html" not in shown
    assert '<optgroup label="Moscow">' in shown
    options = re.findall(r"<option [^>]*>\s*([^<]+?)\s*</option>", shown)
    assert options == [
        "Choose…",
        "Moscow — 2 are free",
        "Yekaterinburg — nobody is free now, it will wait",
        "New — online, 0 conversations",
        "Victor — online, 1 conversation",
        "Far — offline, 0 conversations",
    ]


def test_the_dialog_costs_the_same_for_many(
    operator_client: Client, wandering: Conversation, moscow: Branch, global_inbox: Inbox
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            operator_client.get(page(wandering, "transfer/"), headers=PART)
        return len(captured)

    few = queries()
    for number in range(12):
        answer(start(global_inbox, moscow), make_user(f"user{number}", moscow))
    assert queries() == few


def test_without_scripts_it_is_a_page(operator_client: Client, wandering: Conversation) -> None:
    shown = operator_client.get(page(wandering, "transfer/")).content.decode()
    assert "<main" in shown
    assert "Transfer the conversation with Maria" in shown
    assert f'href="{page(wandering)}"' in shown


def test_to_the_first_free_one(
    operator_client: Client, operator: User, wandering: Conversation, moscow: Branch, on_duty: User
) -> None:
    response = by_script(operator_client, wandering, to=to(moscow), reason=" Knows the depot ")
    assert response.json() == {"location": LIST}, "Anna sees it no more"
    assert message_of(operator_client) == "Transferred to Victor, Moscow."
    wandering.refresh_from_db()
    assert (wandering.branch, wandering.assignee) == (moscow, on_duty)
    (event,) = transferred()
    assert (event.actor, event.data["reason"], event.data["to"]) == (operator, "Knows the depot", on_duty.pk)
    assert operator_client.get(page(wandering)).status_code == 404


def test_both_sides_are_told(
    operator_client: Client, operator: User, wandering: Conversation, moscow: Branch, on_duty: User
) -> None:
    before = wandering.branch_id
    with get_redis_connection("default").pubsub() as pubsub:
        channels = Channels(pubsub)
        with TestCase.captureOnCommitCallbacks(execute=True):
            by_script(operator_client, wandering, to=to(on_duty), reason="Knows the depot")
        heard = channels.heard(wandering.pk)
    event = {
        "type": "conversation",
        "kind": "transferred",
        "conversation": wandering.pk,
        "branch": moscow.pk,
        "was_branch": before,
        "assignee": on_duty.pk,
        "was_assignee": operator.pk,
        "actor": operator.pk,
        "by": "operator",
    }
    for channel in (
        *(f"branch:{pk}" for pk in (before, moscow.pk)),
        *(f"operator:{user.pk}" for user in (operator, on_duty)),
        f"conversation:{wandering.pk}",
        "staff",
    ):
        assert event in heard[f"messenger:{channel}"]


def test_where_nobody_is_free_it_waits(
    operator_client: Client, wandering: Conversation, moscow: Branch, outsider: User
) -> None:
    response = by_form(operator_client, wandering, to=to(moscow))
    assert response.redirect_chain == [(LIST, 302)]
    assert "Nobody is free in Moscow now: it waits there." in response.content.decode()
    wandering.refresh_from_db()
    assert (wandering.branch, wandering.assignee) == (moscow, None)


def test_the_page_stays_with_whoever_still_sees_it(
    operator_client: Client,
    administrator_client: Client,
    wandering: Conversation,
    colleague: User,
    moscow: Branch,
    outsider: User,
) -> None:
    told = by_script(operator_client, wandering, to=to(colleague)).json()
    assert told == {"told": "Transferred to Boris, Yekaterinburg."}
    assert (
        "Anna Sergeeva gave the conversation to Boris"
        in operator_client.get(page(wandering)).content.decode()
    )
    response = by_form(administrator_client, wandering, to=to(outsider), reason="Moscow's")
    assert response.redirect_chain == [(page(wandering), 302)]
    shown = response.content.decode()
    assert "Transferred to Victor, Moscow." in shown
    assert "Alice moved the conversation from Yekaterinburg to Moscow, to Victor: “Moscow&#x27;s”" in shown


def test_the_visitor_sees_nothing_but_the_new_name(
    operator_client: Client,
    operator: User,
    global_inbox: Inbox,
    yekaterinburg: Branch,
    on_duty: User,
    settings: LazySettings,
) -> None:
    settings.MESSENGER_DEFAULT_BRANCH_ID = yekaterinburg.pk
    visitor = Visitor(global_inbox.widget_token)
    visitor.bootstrap()
    visitor.send("Do you deliver?")
    conversation = Conversation.objects.get()
    answer(conversation, operator, "We do")
    before = visitor.poll().json()
    assert before["conversation"]["assignee_name"] == "Anna"
    response = by_script(operator_client, conversation, to=to(on_duty), reason="A nuisance")
    assert response.status_code == 200
    polled = visitor.poll()
    assert polled.json()["conversation"]["assignee_name"] == "Victor"
    assert polled.json() | {"conversation": before["conversation"]} == before
    for secret in ("nuisance", "Moscow", "Yekaterinburg", "transfer"):
        assert secret not in polled.content.decode()
    assert visitor.send("Thanks").status_code in {200, 201}
    assert visitor.texts() == ["Do you deliver?", "We do", "Thanks"]
    assert Conversation.objects.get() == conversation
