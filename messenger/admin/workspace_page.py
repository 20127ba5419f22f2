"""What the workspace's templates show."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from crm.models import User
from messenger.admin import timeline
from messenger.admin.avatars import Avatar
from messenger.models import Conversation

EARLIER_LIMIT = 5
UNREAD_LIMIT = 200


def page_context(conversation: Conversation, user: User, *, can_change: bool) -> dict[str, Any]:
    """For the whole page."""
    fragment = fragment_context(conversation, timeline.latest(conversation), user, can_change=can_change)
    return fragment | {
        "title": conversation.contact.label,
        "original": conversation,
        "is_fullwidth": "1",
        "avatar": Avatar.of(conversation.contact),
        "page_url": reverse("admin:messenger_conversation_change", args=[conversation.pk]),
        "max_length": settings.MESSENGER_MAX_MESSAGE_LENGTH,
        "earlier_conversations": _earlier_conversations(conversation, user),
    }


def fragment_context(
    conversation: Conversation, lines: timeline.Timeline, user: User, *, can_change: bool
) -> dict[str, Any]:
    """For the lines of the timeline, and what of the page changes with them."""
    unread = conversation.messages.filter(direction="out", read_at__isnull=True).order_by("-pk")
    return {
        "conversation": conversation,
        "contact": conversation.contact,
        "lines": lines.lines,
        "has_earlier": lines.has_earlier,
        "has_more": lines.has_more,
        "unread_by_contact": list(unread.values_list("pk", flat=True)[:UNREAD_LIMIT]),
        "is_mine": conversation.assignee_id == user.pk,
        "can_change": can_change,
        "can_reply": can_change and not conversation.is_closed,
        "can_transfer": can_change and conversation.inbox.is_global and conversation.is_unfinished,
    }


def _earlier_conversations(conversation: Conversation, user: User) -> list[Conversation]:
    """The contact's other conversations that the user may open, newest first."""
    others = Conversation.objects.visible_to(user).started().filter(contact=conversation.contact_id)
    return list(others.exclude(pk=conversation.pk).order_by("-id")[:EARLIER_LIMIT])
