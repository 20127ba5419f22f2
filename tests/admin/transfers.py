"""How the tests ask for transfers, and what becomes of them."""

from typing import Any

from django.test import Client

from crm.models import Branch, User
from messenger.models import Conversation, ConversationEvent
from tests.admin.people import LIST, PART, page

SEVERAL = f"{LIST}transfer/"


def to(target: User | Branch) -> str:
    return f"{'operator' if isinstance(target, User) else 'branch'}-{target.pk}"


def by_script(client: Client, conversation: Conversation, **body: Any) -> Any:
    return client.post(page(conversation, "transfer/"), body, headers=PART)


def by_form(client: Client, conversation: Conversation, **body: Any) -> Any:
    return client.post(page(conversation, "transfer/"), body, follow=True)


def several(client: Client, conversations: list[Conversation], **body: Any) -> Any:
    ids = [conversation.pk for conversation in conversations]
    return client.post(SEVERAL, {"id": ids, **body}, headers=PART)


def message_of(client: Client) -> str:
    """What the next page says above all."""
    return " ".join(str(message) for message in client.get(LIST).context["messages"])


def transferred() -> list[ConversationEvent]:
    return list(ConversationEvent.objects.filter(kind="transferred"))
