"""Messages of conversations, one a row, in the order of each conversation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from messenger.models import Conversation, Message
from messenger.services.exporting.sheet import BATCH, Column, Sheet, keys_of, moment

# Conversations whose messages are asked for together.
TOGETHER = 200


@dataclass(frozen=True)
class MessagesOf:
    """Those of the conversations written from `since` up to `until`, which is not in it.

    Notes among operators are there only where they are wanted.
    """

    conversations: QuerySet[Conversation]
    since: datetime | None = None
    until: datetime | None = None
    with_notes: bool = False

    def in_conversations(self, ids: Any) -> QuerySet[Message]:
        messages = Message.objects.filter(conversation__in=ids)
        if self.since:
            messages = messages.filter(created_at__gte=self.since)
        if self.until:
            messages = messages.filter(created_at__lt=self.until)
        return messages if self.with_notes else messages.exclude(direction=Message.Direction.INTERNAL)

    def count(self, limit: int) -> int:
        return self.in_conversations(self.conversations.order_by().values("pk"))[:limit].count()

    def batches(self) -> Iterator[list[Message]]:
        """The conversations by key, and of some of them at a time the messages by key."""
        for keys in keys_of(self.conversations, TOGETHER):
            found = self.in_conversations(keys)
            yield from _in_order(found.select_related("sender_user").prefetch_related("attachments"))


def _in_order(messages: QuerySet[Message]) -> Iterator[list[Message]]:
    """Along the index of conversation and id."""
    ordered = messages.order_by("conversation_id", "id")
    batch = list(ordered[:BATCH])
    while batch:
        yield batch
        last = batch[-1]
        after = Q(conversation_id__gte=last.conversation_id) & (
            Q(conversation_id__gt=last.conversation_id) | Q(id__gt=last.pk)
        )
        batch = list(ordered.filter(after)[:BATCH]) if len(batch) == BATCH else []


def _operator(message: Message) -> str:
    return message.sender_user.display_name if message.sender_user else ""


def _files(message: Message) -> str:
    return ", ".join(attachment.original_name for attachment in message.attachments.all())


MESSAGES = Sheet[Message, MessagesOf](
    name="messages",
    title=_("Messages"),
    permission="messenger.export_message",
    read=MessagesOf.batches,
    count=MessagesOf.count,
    columns=(
        Column("conversation", _("conversation"), lambda message: message.conversation_id),
        Column("id", "ID", lambda message: message.pk),
        Column("written", _("written"), lambda message: moment(message.created_at)),
        Column(
            "direction",
            _("direction"),
            lambda message: message.direction,
            lambda message: str(message.get_direction_display()),
        ),
        Column("operator", _("operator"), _operator),
        Column("text", _("text"), lambda message: message.body),
        Column("attachments", _("attachments"), _files),
        Column("read", _("read by the contact"), lambda message: moment(message.read_at)),
    ),
)
