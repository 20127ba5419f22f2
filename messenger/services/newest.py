"""Conversations by their last message, the newest first, page by page and by key: row 900,000 is as near as row 1."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self

from django.db.models import Q

from messenger.models import Conversation
from messenger.models.conversation import ConversationQuerySet

ORDER = ("-last_message_at", "-id")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Key(NamedTuple):
    """Where a row stands in the list's order; written as `microseconds-id`."""

    at: datetime
    id: int

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        return cls(conversation.last_message_at or EPOCH, conversation.pk)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError or OverflowError where the text isn't one of ours."""
        microseconds, _, pk = text.partition("-")
        return cls(EPOCH + int(microseconds) * MICROSECOND, int(pk))

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.id}"

    def below(self) -> Q:
        """The rows after this one; the first condition is what the index is entered by."""
        return Q(last_message_at__lte=self.at) & (Q(last_message_at__lt=self.at) | Q(id__lt=self.id))


def newest(parts: list[ConversationQuerySet], number: int) -> list[tuple[Any, int]]:
    """The keys of the newest of all parts together: each part gives its own by an index."""
    ordered = [part.order_by(*ORDER).values_list("last_message_at", "id")[:number] for part in parts]
    if not ordered:
        return []
    first, *others = ordered
    return list(first.union(*others).order_by(*ORDER)[:number] if others else first)
