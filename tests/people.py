"""More people than the personas of conftest, where a test needs a whole branch at work."""

from datetime import UTC, datetime
from typing import Any

from crm.models import Branch, User
from messenger.models import AgentProfile, Contact, Conversation, Inbox
from messenger.services.posting import post_from_contact

# A Wednesday, 12:00 in Moscow.
NOON = datetime(2026, 11, 25, 9, tzinfo=UTC)


def on_duty(username: str, branch: Branch, **profile: Any) -> User:
    """An operator who is online; `profile` holds values of the AgentProfile."""
    user = User.objects.create(
        username=username,
        email=f"{username}@example.com",
        first_name=username.title(),
        branch=branch,
    )
    AgentProfile.objects.create(user=user, **profile)
    return user


def open_widget(inbox: Inbox, branch: Branch, name: str = "Maria") -> Conversation:
    """A new visitor has opened the widget and written nothing yet."""
    contact = Contact.objects.create(inbox=inbox, name=name)
    return Conversation.objects.create(inbox=inbox, branch=branch, contact=contact)


def write(conversation: Conversation, body: str = "Hello?") -> Conversation:
    """The visitor writes; the conversation as it stands then."""
    post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body=body,
        client_message_id=None,
    )
    return Conversation.objects.get(pk=conversation.pk)


def come(inbox: Inbox, branch: Branch, name: str = "Maria") -> Conversation:
    """A new visitor writes their first message."""
    return write(open_widget(inbox, branch, name))


def assignees(*conversations: Conversation) -> list[str]:
    return [conversation.assignee.username if conversation.assignee else "" for conversation in conversations]


def events_of(conversation: Conversation) -> list[str]:
    return list(conversation.events.order_by("pk").values_list("kind", flat=True))
