"""Rows as integrations get them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from crm.models import User
from messenger.models import Attachment, Contact, Conversation, Message
from messenger.services import attachment_links

# Makes a whole address of a path.
type Absolute = Callable[[str], str]


def moment(value: datetime | None) -> str | None:
    """ISO 8601 with milliseconds and offset, as every time of the interface."""
    return None if value is None else timezone.localtime(value).isoformat(timespec="milliseconds")


def person(user: User | None) -> dict[str, Any] | None:
    return None if user is None else {"id": user.pk, "name": user.display_name}


def conversation_row(conversation: Conversation) -> dict[str, Any]:
    """Its assignee and labels should be loaded already."""
    return {
        "id": conversation.pk,
        "inbox_id": conversation.inbox_id,
        "branch_id": conversation.branch_id,
        "contact_id": str(conversation.contact_id),
        "status": conversation.status,
        "assignee": person(conversation.assignee),
        "assignee_opened_at": moment(conversation.assignee_opened_at),
        "labels": sorted(label.name for label in conversation.labels.all()),
        "unread_count": conversation.unread_count,
        "last_message_id": conversation.last_message_id,
        "last_message_at": moment(conversation.last_message_at),
        "waiting_since": moment(conversation.waiting_since),
        "rating_score": conversation.rating_score,
        "rating_comment": conversation.rating_comment,
        "page_url": conversation.page_url,
        "locale": conversation.locale,
        "meta": conversation.meta,
        "created_at": moment(conversation.created_at),
        "resolved_at": moment(conversation.resolved_at),
        "closed_at": moment(conversation.closed_at),
    }


def message_row(message: Message, contact: Contact, absolute: Absolute) -> dict[str, Any]:
    """Of a message that is no note; its sender and files should be loaded already."""
    user = message.sender_user
    return {
        "id": message.pk,
        "conversation_id": message.conversation_id,
        "direction": message.direction,
        "body": message.body,
        "created_at": moment(message.created_at),
        "read_at": moment(message.read_at),
        "sender_contact_id": None if user else str(contact.pk),
        "sender_user_id": user.pk if user else None,
        "sender_name": user.display_name if user else contact.name,
        "is_automatic": message.is_automatic,
        "client_message_id": str(message.client_message_id) if message.client_message_id else None,
        "attachments": [
            shape | {"url": absolute(shape["url"])}
            for shape in map(attachment_links.shape_of, sorted(message.attachments.all(), key=_as_sent))
        ],
    }


def _as_sent(attachment: Attachment) -> tuple[datetime, UUID]:
    return attachment.created_at, attachment.pk


def contact_row(contact: Contact) -> dict[str, Any]:
    return {
        "id": str(contact.pk),
        "inbox_id": contact.inbox_id,
        "external_id": contact.external_id,
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "region": contact.region.name if contact.region else None,
        "locale": contact.locale,
        "is_blocked": contact.is_blocked,
        "anonymized_at": moment(contact.anonymized_at),
        "last_seen_at": moment(contact.last_seen_at),
        "created_at": moment(contact.created_at),
    }
