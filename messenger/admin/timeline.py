"""A conversation's timeline in pages: the last one, those before it, those around a message, and the news."""

from typing import NamedTuple

from django.db.models import Prefetch, QuerySet

from messenger.admin.timeline_lines import Day, EventLine, Line, MessageLine, lines_of
from messenger.models import Attachment, Conversation, ConversationEvent, Message

__all__ = [
    "Cursor",
    "Day",
    "EventLine",
    "MessageLine",
    "Timeline",
    "around",
    "earlier",
    "later",
    "latest",
    "since",
]

PAGE_SIZE = 50
EVENTS_LIMIT = 200


class Cursor(NamedTuple):
    """The last message and the last event that a page shows."""

    message: int = 0
    event: int = 0


class Span(NamedTuple):
    """What lies between two messages, without them; None is the beginning, or the end."""

    after: Message | None = None
    before: Message | None = None


class Timeline(NamedTuple):
    """`has_earlier` and `has_more`: between the lines and what bounds them there are others."""

    lines: list[Line]
    has_earlier: bool = False
    has_more: bool = False

    def tells(self, *kinds: str) -> bool:
        """Whether one of its events is of one of these kinds."""
        return any(isinstance(line, EventLine) and line.event.kind in kinds for line in self.lines)


def latest(conversation: Conversation) -> Timeline:
    """The last page."""
    return _page(conversation, Span())


def earlier(conversation: Conversation, *, before_id: int, after_id: int = 0) -> Timeline:
    """The page that ends right before the message, and goes back to the other one at most.

    Empty where there is no such message.
    """
    ends = conversation.messages.in_bulk([before_id, after_id])
    return (
        _page(conversation, Span(ends.get(after_id), ends[before_id])) if before_id in ends else Timeline([])
    )


def later(conversation: Conversation, *, after_id: int, before_id: int) -> Timeline:
    """The page that begins right after the one message and ends before the other."""
    ends = conversation.messages.in_bulk([after_id, before_id])
    if len(ends) < 2:
        return Timeline([])
    span = Span(ends[after_id], ends[before_id])
    found = list(_messages(conversation, span).order_by("pk")[: PAGE_SIZE + 1])
    shown, has_more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    end = shown[-1] if has_more else None
    return Timeline(lines_of(shown, _events(conversation, span, end=end)), has_more=has_more)


def around(conversation: Conversation, *, message_id: int, before_id: int) -> Timeline:
    """The message amid what stands around it, up to the other one; empty where it doesn't come before that."""
    ends = conversation.messages.in_bulk([message_id, before_id])
    if len(ends) < 2 or message_id >= before_id:
        return Timeline([])
    half, span = PAGE_SIZE // 2, Span(before=ends[before_id])
    messages = _messages(conversation, span)
    above = list(messages.filter(pk__lte=message_id).order_by("-pk")[: half + 1])
    below = list(messages.filter(pk__gt=message_id).order_by("pk")[: half + 1])
    shown = above[:half][::-1] + below[:half]
    start, end = (shown[0] if len(above) > half else None), (shown[-1] if len(below) > half else None)
    events = _events(conversation, span, start=start, end=end)
    return Timeline(lines_of(shown, events), has_earlier=start is not None, has_more=end is not None)


def since(conversation: Conversation, cursor: Cursor) -> Timeline:
    """What came after the cursor, at most a page; the message at the cursor tells whether its sender goes on."""
    messages = _messages(conversation, Span()).filter(pk__gte=cursor.message)
    found = list(messages.order_by("pk")[: PAGE_SIZE + 2])
    known = found.pop(0) if found and found[0].pk == cursor.message else None
    shown, has_more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    events = _events(conversation, Span(), end=shown[-1] if has_more else None, after_id=cursor.event)
    return Timeline(lines_of(shown, events, after=known), has_more=has_more)


def _page(conversation: Conversation, span: Span) -> Timeline:
    found = list(_messages(conversation, span).order_by("-pk")[: PAGE_SIZE + 1])
    has_earlier = len(found) > PAGE_SIZE
    shown = found[:PAGE_SIZE][::-1]
    events = _events(conversation, span, start=shown[0] if has_earlier else None)
    return Timeline(lines_of(shown, events), has_earlier=has_earlier)


def _messages(conversation: Conversation, span: Span) -> QuerySet[Message]:
    files = Prefetch("attachments", Attachment.objects.order_by("created_at", "pk"))
    messages = Message.objects.filter(conversation=conversation)
    if span.after:
        messages = messages.filter(pk__gt=span.after.pk)
    if span.before:
        messages = messages.filter(pk__lt=span.before.pk)
    return messages.select_related("sender_user").prefetch_related(files)


def _events(
    conversation: Conversation,
    span: Span,
    *,
    start: Message | None = None,
    end: Message | None = None,
    after_id: int = 0,
) -> QuerySet[ConversationEvent]:
    """Those of the span, and of the shown messages where these are a part of it."""
    events = conversation.events.select_related("actor").filter(pk__gt=after_id).order_by("pk")
    if span.after:
        events = events.filter(created_at__gt=span.after.created_at)
    if span.before:
        events = events.filter(created_at__lt=span.before.created_at)
    if start:
        events = events.filter(created_at__gte=start.created_at)
    if end:
        events = events.filter(created_at__lte=end.created_at)
    return events[:EVENTS_LIMIT]
