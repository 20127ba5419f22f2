"""What the workspace's templates show."""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse

from crm.models import User
from messenger.admin import timeline
from messenger.admin.avatars import Avatar
from messenger.lib.uploads import KNOWN_TYPES
from messenger.models import Consent, Conversation, ConversationEvent, Inbox
from messenger.models.inbox import max_file_bytes
from messenger.services.attaching import MAX_FILES

Kind = ConversationEvent.Kind
EARLIER_LIMIT = 5
UNREAD_LIMIT = 200


def page_context(conversation: Conversation, user: User, *, can_change: bool) -> dict[str, Any]:
    """For the whole page."""
    fragment = fragment_context(conversation, timeline.latest(conversation), user, can_change=can_change)
    return fragment | {
        "title": conversation.contact.label,
        "original": conversation,
        "is_fullwidth": "1",
        "page_url": reverse("admin:messenger_conversation_change", args=[conversation.pk]),
        "max_length": settings.MESSENGER_MAX_MESSAGE_LENGTH,
        "files": _what_may_be_sent(conversation.inbox),
        "earlier_conversations": _earlier_conversations(conversation, user),
    }


def fragment_context(
    conversation: Conversation, lines: timeline.Timeline, user: User, *, can_change: bool
) -> dict[str, Any]:
    """For the lines of the timeline, and what of the page changes with them."""
    tells_of_contact = lines.tells(Kind.DETAILS_GIVEN, Kind.CONSENTED)
    if tells_of_contact:
        # It was read before the lines, and they may be newer.
        conversation.contact.refresh_from_db(fields=["name", "email", "phone"])
    unread = conversation.messages.filter(direction="out", read_at__isnull=True).order_by("-pk")
    return {
        "conversation": conversation,
        "contact": conversation.contact,
        "avatar": Avatar.of(conversation.contact),
        "consents": Consent.objects.filter(contact=conversation.contact_id),
        "tells_of_contact": tells_of_contact,
        "lines": lines.lines,
        "has_earlier": lines.has_earlier,
        "has_more": lines.has_more,
        "unread_by_contact": list(unread.values_list("pk", flat=True)[:UNREAD_LIMIT]),
        "is_mine": conversation.assignee_id == user.pk,
        "can_change": can_change,
        "can_reply": can_change and not conversation.is_closed,
        "can_transfer": can_change and conversation.inbox.is_global and conversation.is_unfinished,
    }


def _what_may_be_sent(inbox: Inbox) -> dict[str, Any]:
    """Limits of an answer's files; `types` are the allowed content types, each with its extensions, as JSON."""
    types = {name: KNOWN_TYPES.get(name, ()) for name in inbox.allowed_content_types}
    extensions = [f".{extension}" for names in types.values() for extension in names]
    return {
        "types": json.dumps(types),
        "accept": ",".join([*types, *extensions]),
        "max_bytes": max_file_bytes(),
        "max_files": MAX_FILES,
    }


def _earlier_conversations(conversation: Conversation, user: User) -> list[Conversation]:
    """The contact's other conversations that the user may open, newest first."""
    others = Conversation.objects.visible_to(user).started().filter(contact=conversation.contact_id)
    return list(others.exclude(pk=conversation.pk).order_by("-id")[:EARLIER_LIMIT])
