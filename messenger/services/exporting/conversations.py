"""Conversations, one a row, with what they took in time and messages.

Who the client is stands in the table of contacts, which takes another permission; `contact` leads there.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from messenger.models import Conversation, Message
from messenger.services.exporting.sheet import Column, Sheet, by_key, moment

IN, OUT = Message.Direction.IN, Message.Direction.OUT


class Measured(NamedTuple):
    """`asked_at` is the client's first message, `answered_at` the first answer after it."""

    conversation: Conversation
    asked_at: datetime | None
    answered_at: datetime | None
    messages_in: int
    messages_out: int

    @property
    def first_answer_seconds(self) -> int | None:
        return _seconds(self.asked_at, self.answered_at)

    @property
    def resolved_seconds(self) -> int | None:
        """From the client's first message to the end that holds: a reopened conversation has none."""
        ended_at = self.conversation.resolved_at or self.conversation.closed_at
        return _seconds(self.asked_at or self.conversation.created_at, ended_at)


def _seconds(since: datetime | None, until: datetime | None) -> int | None:
    return int((until - since).total_seconds()) if since and until else None


def _read(conversations: QuerySet[Conversation]) -> Iterator[list[Measured]]:
    related = Conversation.objects.select_related("inbox", "branch", "assignee", "contact__region")
    related = related.prefetch_related("labels")
    for batch in by_key(conversations, lambda keys: related.filter(pk__in=keys)):
        ids = [conversation.pk for conversation in batch]
        times, numbers = _times(ids), _numbers(ids)
        yield [
            Measured(conversation, *times[conversation.pk], *numbers.get(conversation.pk, (0, 0)))
            for conversation in batch
        ]


def _times(ids: list[int]) -> dict[int, tuple[Any, Any]]:
    """Of each the first question and the first answer, by two steps in the index of its messages."""
    messages = Message.objects.filter(conversation=OuterRef("pk")).order_by("id")
    asked = messages.filter(direction=IN)
    answered = messages.filter(direction=OUT, id__gt=OuterRef("asked"))
    found = Conversation.objects.filter(pk__in=ids).annotate(
        asked=Subquery(asked.values("id")[:1]),
        asked_at=Subquery(asked.values("created_at")[:1]),
        answered_at=Subquery(answered.values("created_at")[:1]),
    )
    return {pk: (first, answer) for pk, first, answer in found.values_list("pk", "asked_at", "answered_at")}


def _numbers(ids: list[int]) -> dict[int, tuple[int, int]]:
    counted = Message.objects.filter(conversation__in=ids).values("conversation")
    found = counted.annotate(
        n_in=Count("id", filter=Q(direction=IN)), n_out=Count("id", filter=Q(direction=OUT))
    )
    return {pk: (n_in, n_out) for pk, n_in, n_out in found.values_list("conversation", "n_in", "n_out")}


def _operator(row: Measured) -> str:
    return row.conversation.assignee.display_name if row.conversation.assignee else ""


def _region(row: Measured) -> str:
    return row.conversation.contact.region.name if row.conversation.contact.region else ""


CONVERSATIONS = Sheet[Measured, QuerySet[Conversation]](
    name="conversations",
    title=_("Dialogs"),
    permission="messenger.export_conversation",
    read=_read,
    columns=(
        Column("id", "ID", lambda row: row.conversation.pk),
        Column("inbox", _("inbox"), lambda row: row.conversation.inbox.name),
        Column("branch", _("branch"), lambda row: row.conversation.branch.name),
        Column("operator", _("operator"), _operator),
        Column(
            "status",
            _("status"),
            lambda row: row.conversation.status,
            lambda row: str(row.conversation.get_status_display()),
        ),
        Column("created", _("created"), lambda row: moment(row.conversation.created_at)),
        Column("last_message", _("last message at"), lambda row: moment(row.conversation.last_message_at)),
        Column("first_answer_seconds", _("first answer, s"), lambda row: row.first_answer_seconds),
        Column("resolved_seconds", _("resolved, s"), lambda row: row.resolved_seconds),
        Column("messages_in", _("messages from the client"), lambda row: row.messages_in),
        Column("messages_out", _("answers"), lambda row: row.messages_out),
        Column("rating", _("rating"), lambda row: row.conversation.rating_score),
        Column("rating_comment", _("comment on the rating"), lambda row: row.conversation.rating_comment),
        Column(
            "labels",
            _("labels"),
            lambda row: ", ".join(label.name for label in row.conversation.labels.all()),
        ),
        Column("region", _("region"), _region),
        Column("page", _("page"), lambda row: row.conversation.page_url),
        Column("contact", _("client's ID"), lambda row: str(row.conversation.contact_id)),
    ),
)
