"""A contact's other conversations, as their card and their page list them."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.text import Truncator

from crm.models import User
from messenger.models import Conversation, Message

PREVIEW_LENGTH = 90


@dataclass(frozen=True, slots=True)
class Earlier:
    """`preview` is the beginning of the last message, empty where it had none but files."""

    conversation: Conversation
    preview: str


def earlier(contact_id: UUID, user: User, *, limit: int, without: int | None = None) -> list[Earlier]:
    """Those that the user may open, newest first; two queries."""
    others = Conversation.objects.visible_to(user).started().filter(contact=contact_id)
    found = list(others.exclude(pk=without or 0).select_related("assignee").order_by("-id")[:limit])
    last = Message.objects.only("body").in_bulk([conversation.last_message_id for conversation in found])
    return [Earlier(one, _preview(last.get(one.last_message_id or 0))) for one in found]


def _preview(message: Message | None) -> str:
    text = " ".join(message.body.replace("**", "").split()) if message else ""
    return Truncator(text).chars(PREVIEW_LENGTH)
