"""Links to attachments: signed, expiring, and without anything of the session in them."""

import hmac
import time
import uuid
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from messenger.models import Attachment

COLUMNS = ("id", "original_name", "content_type", "size", "width", "height")
PATH = "/api/widget/attachment/"


def link(attachment_id: uuid.UUID, now: float | None = None) -> str:
    """The path of the file, valid for one to two times MESSENGER_ATTACHMENT_LINK_SECONDS.

    It stays the same for that long, so that a browser need not fetch an image again with each answer.
    """
    life: int = settings.MESSENGER_ATTACHMENT_LINK_SECONDS
    expires = (int((time.time() if now is None else now) // life) + 2) * life
    return f"{PATH}{attachment_id}/?e={expires}&s={_signature(attachment_id, expires)}"


def seconds_left(attachment_id: uuid.UUID, expires: str, signature: str) -> int:
    """How long the link still holds; 0 where it is over or was never ours."""
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        return 0
    is_ours = hmac.compare_digest(_signature(attachment_id, int(expires)).encode(), signature.encode())
    return max(0, int(expires) - int(time.time())) if is_ours else 0


def shape(row: dict[str, Any]) -> dict[str, Any]:
    """An attachment as visitors see it, of its columns."""
    attachment_id = uuid.UUID(str(row["id"]))
    return {name: row[name] for name in COLUMNS} | {"id": str(attachment_id), "url": link(attachment_id)}


def shape_of(attachment: Attachment) -> dict[str, Any]:
    return shape({name: getattr(attachment, name) for name in COLUMNS})


def _signature(attachment_id: uuid.UUID, expires: int) -> str:
    value = f"{attachment_id.hex}.{expires}"
    return salted_hmac("messenger.attachment", value, algorithm="sha256").hexdigest()[:40]
