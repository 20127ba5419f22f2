"""What is sent: the contract's body, and headers that prove who sent it.

Signed twice: as the seed has it, hex HMAC-SHA256 of the body, and as Standard Webhooks 1.0 has it
(https://www.standardwebhooks.com), which binds id and time as well.
"""

import base64
import hashlib
import hmac
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone

from messenger.models import Inbox, Message, WebhookDelivery
from messenger.services import attachment_links

# A secret that begins so is base64, by the standard; any other is taken as it is.
PREFIX = "whsec_"


def body_of(delivery: WebhookDelivery) -> bytes:
    """JSON, always the same for a delivery, but for what was redacted meanwhile and for links to files."""
    body: dict[str, Any] = {"event": delivery.event}
    if delivery.message is not None:
        body["message"] = _message(delivery.message, delivery)
    body["conversation"] = {
        "id": delivery.conversation_id,
        "inbox_id": delivery.inbox_id,
        "branch_id": delivery.conversation_branch,
        "status": delivery.conversation_status,
    }
    return orjson.dumps(body)


def headers_of(inbox: Inbox, *, event: str, public_id: str, body: bytes, at: datetime) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Messenger-Webhooks/1",
        "Accept-Encoding": "identity",
        "X-Messenger-Event": event,
        "X-Messenger-Inbox-Id": str(inbox.pk),
        "webhook-id": public_id,
        "webhook-timestamp": str(int(at.timestamp())),
    }
    if secret := inbox.webhook_secret:
        headers["X-Messenger-Signature"] = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        signed = b".".join([public_id.encode(), headers["webhook-timestamp"].encode(), body])
        digest = hmac.new(standard_key(secret), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return headers


def standard_key(secret: str) -> bytes:
    """The key of the standard's signature: what stands behind `whsec_` as base64, else the secret's bytes.

    What is no base64 may hold any letters. Nothing behind the prefix would be a key that everybody knows.
    """
    if secret.startswith(PREFIX):
        with suppress(ValueError):
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True) or secret.encode()
    return secret.encode()


def message_id_of(delivery: WebhookDelivery) -> str:
    """The same in every repeat: by it a receiver knows what it has had already."""
    return f"msg_{delivery.public_id.hex}"


def _message(message: Message, delivery: WebhookDelivery) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": message.pk,
        "conversation_id": message.conversation_id,
        "direction": message.direction,
        "body": message.body,
        "created_at": timezone.localtime(message.created_at).isoformat(timespec="milliseconds"),
    }
    if message.direction == Message.Direction.IN:
        said["sender_contact_id"] = str(delivery.conversation.contact_id)
    else:
        said["sender_user_id"] = message.sender_user_id
    if files := [attachment_links.shape_of(one) for one in message.attachments.all()]:
        said["attachments"] = [file | {"url": settings.MESSENGER_PUBLIC_URL + file["url"]} for file in files]
    return said
