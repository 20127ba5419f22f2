"""Visitors are shut out with a reason, and let in again: from a conversation, and from the contact's page."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from crm.models import Branch, User
from messenger.models import Contact, Conversation
from messenger.services import blocking, status
from tests.admin.people import PART, page
from tests.parallel import in_parallel
from tests.people import events_of
from tests.services.conftest import Channels
from tests.visitor import Visitor

CONTACTS = "/admin/messenger/contact/"


def block(client: Client, conversation: Conversation, reason: str = "Spam", **more: Any) -> Any:
    return client.post(page(conversation, "block/"), {"reason": reason, **more}, headers=PART)


def is_blocked(conversation: Conversation) -> bool:
    return Contact.objects.get(pk=conversation.contact_id).is_blocked


@pytest.mark.parametrize("route", ["block/", "unblock/"])
def test_whoever_may_not_blocks_nobody(
    operator_client: Client,
    outsider_client: Client,
    client: Client,
    operator: User,
    conversation: Conversation,
    route: str,
) -> None:
    pages = (page(conversation, route), f"{CONTACTS}{conversation.contact_id}/{route}")
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(operator)
    for url in pages:
        assert outsider_client.post(url, {"reason": "Spam"}).status_code == 404
        assert client.post(url, {"reason": "Spam"}).status_code == 302
        assert checked.post(url, {"reason": "Spam"}).status_code == 403
    group = Group.objects.get(name="Messenger operators")
    group.permissions.remove(group.permissions.get(codename="change_contact"))
    for url in pages:
        assert operator_client.post(url, {"reason": "Spam"}).status_code == 403
    assert "/change/block/" not in operator_client.get(page(conversation)).content.decode()
    assert not is_blocked(conversation)


def test_letting_in_needs_a_post(operator_client: Client, conversation: Conversation) -> None:
    assert operator_client.get(page(conversation, "unblock/")).status_code == 405
    url = f"{CONTACTS}{conversation.contact_id}/unblock/"
    assert operator_client.get(url).status_code == 405


def test_blocked_with_a_reason(operator_client: Client, operator: User, conversation: Conversation) -> None:
    assert block(operator_client, conversation).json() == {"told": "The client is blocked."}
    assert is_blocked(conversation)
    event = conversation.events.order_by("-pk")[0]
    assert (event.kind, event.actor, event.data) == ("blocked", operator, {"reason": "Spam"})
    shown = operator_client.get(page(conversation)).content.decode()
    assert "Anna Sergeeva blocked the client: “Spam”" in shown
    assert shown.count("msgr-tag-bad") >= 2
    assert ">blocked<" in operator_client.get(CONTACTS).content.decode().replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\0b"])
def test_a_reason_is_needed(operator_client: Client, conversation: Conversation, reason: str) -> None:
    response = block(operator_client, conversation, reason)
    assert (response.status_code, list(response.json()["fields"])) == (400, ["reason"])
    assert not is_blocked(conversation)


def test_without_scripts_it_is_a_page(operator_client: Client, conversation: Conversation) -> None:
    url = page(conversation, "block/")
    assert "Block Maria?" in operator_client.get(url).content.decode()
    refused = operator_client.post(url, {"reason": "x" * 501})
    assert refused.status_code == 400
    assert "x" * 501 in refused.content.decode(), "what was typed is not lost"
    done = operator_client.post(url, {"reason": "Spam\r\n" * 80}, follow=True)
    assert "The client is blocked." in done.content.decode()


def test_it_may_close_the_conversation(operator_client: Client, conversation: Conversation) -> None:
    block(operator_client, conversation, closes="on")
    conversation.refresh_from_db()
    assert conversation.is_closed
    assert events_of(conversation)[-2:] == ["blocked", "closed"]


def test_from_the_contacts_page(operator_client: Client, conversation: Conversation) -> None:
    contact = reverse("admin:messenger_contact_change", args=[conversation.contact_id])
    assert "The client can write." in operator_client.get(contact).content.decode()
    url = f"{CONTACTS}{conversation.contact_id}/block/"
    assert operator_client.post(url, {"reason": "Spam"}, headers=PART).json() == {"location": contact}
    assert events_of(conversation)[-1] == "blocked"
    shown = operator_client.get(contact).content.decode()
    assert "The client is blocked and can&#x27;t write." in shown or "is blocked and can't write." in shown
    let_in = operator_client.post(f"{CONTACTS}{conversation.contact_id}/unblock/", follow=True)
    assert "The client can write again." in let_in.content.decode()
    assert not is_blocked(conversation)


def test_let_in_again(operator_client: Client, conversation: Conversation) -> None:
    block(operator_client, conversation)
    response = operator_client.post(page(conversation, "unblock/"), headers=PART)
    shown = response.content.decode()
    assert "The client can write again." in shown
    assert "Anna Sergeeva let the client write again" in shown
    assert 'data-msgr-part="person"' in shown, "the card is brought up to date"
    assert not is_blocked(conversation)
    operator_client.post(page(conversation, "unblock/"), headers=PART)
    assert events_of(conversation).count("unblocked") == 1


def test_the_visitor_is_shut_out_at_once(operator: User, visitor: Visitor) -> None:
    assert visitor.send("Hello").status_code < 300
    contact = Contact.objects.get()
    blocking.block(contact_id=contact.pk, actor=operator, reason="Spam")
    assert visitor.send("Hello?").status_code == 403
    blocking.unblock(contact_id=contact.pk, actor=operator)
    assert visitor.send("Thanks").status_code < 300


def test_the_last_conversation_tells_it_too(
    operator: User, conversation: Conversation, yekaterinburg: Branch
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    last = Conversation.objects.create(
        inbox=conversation.inbox, branch=yekaterinburg, contact=conversation.contact
    )
    blocking.block(
        contact_id=conversation.contact_id,
        actor=operator,
        reason="Spam",
        conversation_id=conversation.pk,
    )
    assert events_of(conversation)[-1] == events_of(last)[-1] == "blocked"


@pytest.mark.django_db(transaction=True)
def test_of_two_one_blocks(conversation: Conversation, operator: User, colleague: User) -> None:
    actors = iter([operator, colleague])

    def act() -> bool:
        return blocking.block(contact_id=conversation.contact_id, actor=next(actors), reason="Spam")

    assert sorted(in_parallel(2, act)) == [False, True]
    assert events_of(conversation).count("blocked") == 1


@pytest.mark.django_db(transaction=True)
def test_the_colleagues_pages_hear_of_it(
    operator: User, conversation: Conversation, channels: Channels
) -> None:
    channels.heard(conversation.pk)
    blocking.block(contact_id=conversation.contact_id, actor=operator, reason="Spam")
    heard = channels.heard(conversation.pk)
    assert heard[f"messenger:conversation:{conversation.pk}"][0]["kind"] == "blocked"
