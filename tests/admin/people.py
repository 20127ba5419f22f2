"""Conversations as the admin's tests need them, and the addresses of their pages."""

from typing import Any

from django.test import Client
from django.urls import reverse

from crm.models import Branch, User
from messenger.models import Contact, Conversation, Inbox
from messenger.services.posting import post_from_contact, post_from_operator

LIST = "/admin/messenger/conversation/"
PART = {"X-Messenger-Part": "1"}


def page(conversation: Conversation, route: str = "") -> str:
    return f"{LIST}{conversation.pk}/change/{route}"


def part_of(client: Client, url: str, **query: Any) -> str:
    response = client.get(url, query, headers=PART)
    assert response.status_code == 200
    return response.content.decode()


def ask(conversation: Conversation, body: str = "Hello") -> int:
    """The contact writes; the message's id."""
    return post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body=body,
        client_message_id=None,
    ).id


def answer(conversation: Conversation, operator: User, body: str = "Good day") -> int:
    return post_from_operator(conversation_id=conversation.pk, operator=operator, body=body).pk


def start(
    inbox: Inbox, branch: Branch, name: str = "Maria", body: str = "Hello", **contact: Any
) -> Conversation:
    """A new contact and their conversation with one message."""
    person = Contact.objects.create(inbox=inbox, name=name, **contact)
    conversation = Conversation.objects.create(inbox=inbox, branch=branch, contact=person)
    ask(conversation, body)
    conversation.refresh_from_db()
    return conversation


def changelist(label: str) -> str:
    return reverse(f"admin:{label}_changelist")
