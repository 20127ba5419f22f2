"""What the workspace's templates show."""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse

from crm.models import User
from messenger.admin import timeline
from messenger.admin.avatars import Avatar
from messenger.admin.client_facts import client_facts
from messenger.admin.earlier import earlier
from messenger.lib.uploads import KNOWN_TYPES
from messenger.models import Consent, Conversation, ConversationEvent, Inbox, Label
from messenger.models.inbox import max_file_bytes
from messenger.services.attaching import MAX_FILES

Kind = ConversationEvent.Kind
EARLIER_LIMIT = 5
LABELS_LIMIT = 300
ABOUT_CONTACT = (Kind.DETAILS_GIVEN, Kind.CONSENTED, Kind.CONTACT_CHANGED, Kind.BLOCKED, Kind.UNBLOCKED)
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
        "facts": client_facts(conversation),
        "usable_labels": Label.objects.of_branch(conversation.branch_id)[:LABELS_LIMIT],
        **_earlier(conversation, user),
    }


def fragment_context(
    conversation: Conversation, lines: timeline.Timeline, user: User, *, can_change: bool
) -> dict[str, Any]:
    """For the lines of the timeline, and what of the page changes with them."""
    tells_of_contact = lines.tells(*ABOUT_CONTACT)
    if tells_of_contact:
        # It was read before the lines, and they may be newer.
        conversation.contact.refresh_from_db(fields=["name", "email", "phone", "is_blocked"])
    unread = conversation.messages.filter(direction="out", read_at__isnull=True).order_by("-pk")
    return {
        "conversation": conversation,
        "contact": conversation.contact,
        "avatar": Avatar.of(conversation.contact),
        "consents": Consent.objects.filter(contact=conversation.contact_id),
        "tells_of_contact": tells_of_contact,
        "labels": conversation.labels.all(),
        "tells_of_labels": lines.tells(Kind.LABELLED, Kind.UNLABELLED),
        "lines": lines.lines,
        "has_earlier": lines.has_earlier,
        "has_more": lines.has_more,
        "unread_by_contact": list(unread.values_list("pk", flat=True)[:UNREAD_LIMIT]),
        "is_mine": conversation.assignee_id == user.pk,
        "can_change": can_change,
        "can_reply": can_change and not conversation.is_closed,
        "can_assign": can_change and conversation.is_unfinished,
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


def _earlier(conversation: Conversation, user: User) -> dict[str, Any]:
    """The contact's other conversations, and whether there are more than the card shows."""
    found = earlier(conversation.contact_id, user, limit=EARLIER_LIMIT + 1, without=conversation.pk)
    return {"earlier_conversations": found[:EARLIER_LIMIT], "has_more_earlier": len(found) > EARLIER_LIMIT}
