"""A conversation's timeline: messages and events in the order in which they happened, with the days between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from messenger.admin.event_words import event_sentence
from messenger.admin.file_lines import FileLine, file_lines
from messenger.lib.formatting import format_message
from messenger.models import Attachment, Conversation, ConversationEvent, Message

PAGE_SIZE = 50
EVENTS_LIMIT = 200
# Lines of one sender that follow each other within this time stand together under one name.
TOGETHER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Day:
    """A divider."""

    day: date
    kind: str = "day"

    @property
    def label(self) -> str:
        today = timezone.localdate()
        if self.day == today:
            return _("Today")
        if self.day == today - timedelta(days=1):
            return _("Yesterday")
        return date_format(self.day, "j E" if self.day.year == today.year else "DATE_FORMAT")


@dataclass(frozen=True, slots=True)
class MessageLine:
    """`continues` joins a message to the one above it."""

    message: Message
    continues: bool = False
    kind: str = "message"

    @property
    def at(self) -> datetime:
        return self.message.created_at

    @property
    def html(self) -> SafeString:
        return format_message(self.message.body)

    @property
    def files(self) -> list[FileLine]:
        return file_lines(self.message.attachments.all())

    @property
    def sender(self) -> str:
        """The operator's name; the template knows the contact's."""
        return self.message.sender_user.display_name if self.message.sender_user else ""


@dataclass(frozen=True, slots=True)
class EventLine:
    event: ConversationEvent
    kind: str = "event"

    @property
    def at(self) -> datetime:
        return self.event.created_at

    @property
    def sentence(self) -> str:
        return event_sentence(self.event)


type Item = Message | ConversationEvent
type Line = Day | MessageLine | EventLine


class Cursor(NamedTuple):
    """The last message and the last event that a page shows."""

    message: int = 0
    event: int = 0


class Timeline(NamedTuple):
    lines: list[Line]
    has_earlier: bool = False
    has_more: bool = False

    def tells(self, *kinds: str) -> bool:
        """Whether one of its events is of one of these kinds."""
        return any(isinstance(line, EventLine) and line.event.kind in kinds for line in self.lines)


def latest(conversation: Conversation) -> Timeline:
    """The last page."""
    return _page(conversation, before=None)


def earlier(conversation: Conversation, *, before_id: int) -> Timeline:
    """The page that ends right before the message; empty where there is no such message."""
    before = conversation.messages.filter(pk=before_id).first()
    return _page(conversation, before=before) if before else Timeline([])


def since(conversation: Conversation, cursor: Cursor) -> Timeline:
    """What came after the cursor, at most a page; the message at the cursor tells whether its sender goes on."""
    found = list(_messages(conversation).filter(pk__gte=cursor.message).order_by("pk")[: PAGE_SIZE + 2])
    known = found.pop(0) if found and found[0].pk == cursor.message else None
    messages, has_more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    events = _events(conversation).filter(pk__gt=cursor.event)
    if has_more:
        events = events.filter(created_at__lte=messages[-1].created_at)
    return Timeline(_lines(messages, events[:EVENTS_LIMIT], after=known), has_more=has_more)


def _page(conversation: Conversation, *, before: Message | None) -> Timeline:
    messages, events = _messages(conversation), _events(conversation)
    if before:
        messages, events = messages.filter(pk__lt=before.pk), events.filter(created_at__lt=before.created_at)
    found = list(messages.order_by("-pk")[: PAGE_SIZE + 1])
    has_earlier = len(found) > PAGE_SIZE
    shown = found[:PAGE_SIZE][::-1]
    if has_earlier:
        events = events.filter(created_at__gte=shown[0].created_at)
    return Timeline(_lines(shown, events[:EVENTS_LIMIT]), has_earlier)


def _messages(conversation: Conversation) -> QuerySet[Message]:
    files = Prefetch("attachments", Attachment.objects.order_by("created_at", "pk"))
    messages = Message.objects.filter(conversation=conversation)
    return messages.select_related("sender_user").prefetch_related(files)


def _events(conversation: Conversation) -> QuerySet[ConversationEvent]:
    return conversation.events.select_related("actor").order_by("pk")


def _lines(messages: Iterable[Item], events: Iterable[Item], *, after: Message | None = None) -> list[Line]:
    """A page begins with its day always: whoever joins two pages drops the divider that comes twice."""
    lines: list[Line] = []
    day, above = None, after
    for item in merge(messages, events, key=_happened):
        if day != (day := timezone.localdate(item.created_at)):
            lines.append(Day(day))
        if isinstance(item, Message):
            lines.append(MessageLine(item, continues=_continues(above, item)))
            above = item
        else:
            lines.append(EventLine(item))
            above = None
    return lines


def _happened(item: Item) -> datetime:
    return item.created_at


def _continues(above: Message | None, message: Message) -> bool:
    return (
        above is not None
        and above.direction == message.direction
        and above.sender_user_id == message.sender_user_id
        and message.created_at - above.created_at < TOGETHER
        and timezone.localdate(above.created_at) == timezone.localdate(message.created_at)
    )
