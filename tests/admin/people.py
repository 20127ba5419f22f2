"""Conversations as the admin's tests need them, and the addresses of their pages."""

from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from crm.models import Branch, User
from messenger.lib.uploads import DEFAULT_TYPES
from messenger.models import Contact, Conversation, Inbox
from messenger.services.attaching import Limits, Upload, stored
from messenger.services.posting import post_from_contact, post_from_operator
from tests.files import png

LIST = "/admin/messenger/conversation/"
PART = {"X-Messenger-Part": "1"}


def page(conversation: Conversation, route: str = "") -> str:
    return f"{LIST}{conversation.pk}/change/{route}"


def part_of(client: Client, url: str, **query: Any) -> str:
    response = client.get(url, query, headers=PART)
    assert response.status_code == 200
    return response.content.decode()


def ask(conversation: Conversation, body: str = "Hello", *, files: int = 0) -> int:
    """The contact writes, with so many pictures; the message's id."""
    return ask_with(conversation, body, *(png(name=f"{number}.png") for number in range(files)))


def ask_with(conversation: Conversation, body: str, *uploads: Upload) -> int:
    """The same with these files."""
    limits = Limits(DEFAULT_TYPES, settings.MESSENGER_MAX_FILE_SIZE_MB * 1_048_576)
    with stored(uploads, limits) as files:
        return post_from_contact(
            inbox_id=conversation.inbox_id,
            conversation_id=conversation.pk,
            contact_id=conversation.contact_id,
            body=body,
            client_message_id=None,
            files=files,
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
