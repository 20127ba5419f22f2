"""A copy of everything that is stored about a contact (GDPR 15 and 20), as docs/contact-data.schema.json describes it.

Internal notes belong to it: what colleagues wrote about a person is that person's data too. They are marked by their
direction. Tokens, signatures and secrets are in no column that is read here.
"""

import uuid
from collections.abc import Callable
from typing import Any, BinaryIO

from django.conf import settings

from messenger.lib import clock
from messenger.models import Contact, Conversation, Message
from messenger.services.privacy import reading
from messenger.services.privacy.json_writer import JsonWriter
from messenger.services.privacy.shapes import attachment_shape, event_shape, shape

SCHEMA, VERSION = "messenger/contact-data", 1

# Called with the number of messages that are written.
Progress = Callable[[int], None]


def write_json(
    contact_id: uuid.UUID,
    out: BinaryIO,
    *,
    pretty: bool = False,
    with_files: bool = False,
    progress: Progress | None = None,
) -> int:
    """Writes the document as it reads; the last message's id in it, or 0. Raises NotFound before the first byte.

    `with_files` says that the document will stand in an archive, and where in it each file is.
    """
    with reading.snapshot():
        contact = reading.contact_of(contact_id)
        writer = JsonWriter(out, pretty=pretty)
        with writer.object():
            writer.members({"schema": SCHEMA, "version": VERSION, "exported_at": _now()})
            writer.members({"contact": shape(contact)})
            writer.members({"retention": _retention(contact)})
            with writer.array("consents"):
                for consent in contact.consents.order_by("pk"):
                    writer.item(shape(consent))
            return _Conversations(contact, writer, with_files, progress).write()


class _Conversations:
    """The part of the document that grows."""

    def __init__(
        self, contact: Contact, writer: JsonWriter, with_files: bool, progress: Progress | None
    ) -> None:
        self._contact = contact
        self._writer = writer
        self._with_files = with_files
        self._progress = progress
        self._count = self._last_id = 0

    def write(self) -> int:
        contact = self._contact
        self._messages = reading.messages(contact)
        self._events, self._labels = reading.events(contact), reading.labels(contact)
        with self._writer.array("conversations"):
            for conversation in reading.conversations(contact):
                with self._writer.object():
                    self._write(conversation)
        return self._last_id

    def _write(self, conversation: Conversation) -> None:
        pk = conversation.pk
        self._writer.members(shape(conversation))
        self._writer.members({"labels": [shape(link) for link in self._labels.of(pk)]})
        with self._writer.array("events"):
            for event in self._events.of(pk):
                self._writer.item(event_shape(event))
        with self._writer.array("messages"):
            for message in self._messages.of(pk):
                self._writer.item(self._message(message))

    def _message(self, message: Message) -> dict[str, Any]:
        self._last_id = max(self._last_id, message.pk)
        self._count += 1
        if self._progress is not None and self._count % reading.BATCH == 0:
            self._progress(self._count)
        files = sorted(message.attachments.all(), key=lambda file: (file.created_at, file.pk))
        return shape(message) | {
            "attachments": [attachment_shape(file, with_files=self._with_files) for file in files]
        }


def _now() -> str:
    return clock.now().isoformat(timespec="milliseconds")


def _retention(contact: Contact) -> dict[str, Any]:
    """How long what is kept, as it is set now; null: until the person asks, or the shop removes it."""
    return {
        "anonymized_after_months": contact.inbox.anonymize_after_months,
        "resolved_conversations_closed_after_days": settings.MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS,
        "empty_conversations_removed_after_hours": settings.MESSENGER_EMPTY_CONVERSATION_HOURS,
        "session_ends_after_seconds": settings.MESSENGER_SESSION_TTL_SECONDS,
        "browser_is_known_for_days": settings.MESSENGER_VISITOR_TOKEN_TTL_DAYS,
    }
