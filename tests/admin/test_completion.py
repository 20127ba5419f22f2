"""What the composer completes, and the way to who waits next."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Branch, User
from messenger.models import AgentProfile, CannedResponse, Contact, Conversation, Inbox
from messenger.services import status
from messenger.services.next_waiting import next_waiting
from tests.admin.people import PART, answer, ask, page, part_of, start

NEXT = "/admin/messenger/conversation/next/"


def options(client: Client, conversation: Conversation, route: str, query: str = "") -> list[str]:
    shown = part_of(client, page(conversation, f"{route}/"), q=query)
    return [text.strip() for text in re.findall(r'data-text="([^"]*)"', shown)]


def response(shortcut: str, text: str = "Good day", **more: Any) -> CannedResponse:
    return CannedResponse.objects.create(shortcut=shortcut, text=text, **more)


def test_texts_come_filled(operator_client: Client, conversation: Conversation) -> None:
    response(
        "hello", 'Hello {{ contact.name }} <{{ contact.phone|default:"no phone" }}>, {{ operator.name }}'
    )
    shown = part_of(operator_client, page(conversation, "canned/"), q="hel")
    assert "Hello Maria &lt;no phone&gt;, Anna" in shown
    assert "/hello" in shown


def test_a_clients_name_brings_nothing_along(operator_client: Client, conversation: Conversation) -> None:
    Contact.objects.update(name='"><script>{{ operator.name }}</script>')
    response("hello", "Hello {{ contact.name }}")
    shown = part_of(operator_client, page(conversation, "canned/"))
    assert "<script>" not in shown
    assert "{{ operator.name }}" in shown


def test_a_log_in_name_is_no_name_for_clients(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    response("me", "I am {{ operator.name }}.")
    User.objects.filter(pk=operator.pk).update(first_name="")
    assert options(operator_client, conversation, "canned") == ["I am."]
    AgentProfile.objects.filter(user=operator).update(display_name="Support")
    assert options(operator_client, conversation, "canned") == ["I am Support."]


def test_the_branchs_and_everybodys_active_ones(
    operator_client: Client, conversation: Conversation, moscow: Branch
) -> None:
    response("all", "all")
    response("own", "own", branch=conversation.branch)
    response("theirs", "theirs", branch=moscow)
    response("old", "old", is_active=False)
    assert options(operator_client, conversation, "canned") == ["all", "own"]


def test_the_best_match_is_first(operator_client: Client, conversation: Conversation) -> None:
    response("a", "we pay back")
    response("repay", "x")
    response("payment", "y")
    response("zzz", "nothing")
    assert options(operator_client, conversation, "canned", "PAY") == ["y", "x", "we pay back"]


@pytest.mark.parametrize("query", ["%", "_", "\\", "\0", "'; --", "x" * 5000, "🙂"])
def test_what_is_typed_is_text(operator_client: Client, conversation: Conversation, query: str) -> None:
    response("all", "all")
    found = options(operator_client, conversation, "canned", query)
    assert found == (["all"] if query == "\0" else [])
    assert options(operator_client, conversation, "colleagues", query) == []


def test_twenty_are_enough(operator_client: Client, conversation: Conversation) -> None:
    CannedResponse.objects.bulk_create(CannedResponse(shortcut=f"r{n}", text="x") for n in range(50))
    assert len(options(operator_client, conversation, "canned")) == 20


@pytest.mark.usefixtures("outsider")
def test_colleagues_are_those_who_see_it(
    operator_client: Client, conversation: Conversation, colleague: User, administrator: User
) -> None:
    left = User.objects.create(username="left", branch=conversation.branch, is_active=False)
    found = options(operator_client, conversation, "colleagues")
    assert found == [f"@{administrator.username}", f"@{colleague.username}"]
    assert options(operator_client, conversation, "colleagues", "BOR") == ["@boris"]
    assert f"@{left.username}" not in found


def test_own_first_then_the_longest_of_nobody(
    inbox: Inbox, yekaterinburg: Branch, moscow: Branch, operator: User, outsider: User, administrator: User
) -> None:
    first, second, own, answered = (start(inbox, yekaterinburg, name) for name in "abcd")
    status.take(conversation_id=own.pk, operator=operator)
    answer(answered, operator)
    Conversation.objects.filter(pk=second.pk).update(waiting_since=timezone.now() - timedelta(hours=1))
    assert next_waiting(operator) == own
    assert next_waiting(operator, without=own.pk) == second
    status.close(conversation_id=second.pk, actor=operator)
    assert next_waiting(operator, without=own.pk) == first
    assert next_waiting(outsider) is None
    assert next_waiting(administrator) == first


def test_it_leads_there(operator_client: Client, conversation: Conversation) -> None:
    assert operator_client.get(NEXT).headers["Location"] == page(conversation)
    assert operator_client.get(NEXT, headers=PART).json() == {"location": page(conversation)}


def test_it_says_that_nobody_waits(operator_client: Client, conversation: Conversation) -> None:
    here = {"from": conversation.pk}
    assert "Nobody else is waiting" in operator_client.get(NEXT, here, headers=PART).json()["told"]
    back = operator_client.get(NEXT, here, follow=True)
    assert back.redirect_chain == [(page(conversation), 302)]
    assert "Nobody else is waiting" in back.content.decode()


@pytest.mark.parametrize("here", ["x", "-1", "9" * 40, "²", "//evil.example"])
def test_whence_one_comes_may_be_nonsense(
    operator_client: Client, conversation: Conversation, here: str
) -> None:
    assert operator_client.get(NEXT, {"from": here}).headers["Location"] == page(conversation)


def test_outsiders_are_led_nowhere(outsider_client: Client, conversation: Conversation) -> None:
    ask(conversation)
    assert outsider_client.get(NEXT, headers=PART).json().keys() == {"told"}


def test_it_changes_nothing_and_takes_no_post(operator_client: Client, conversation: Conversation) -> None:
    operator_client.get(NEXT)
    assert Conversation.objects.get(pk=conversation.pk).assignee is None
    assert operator_client.post(NEXT).status_code == 405
