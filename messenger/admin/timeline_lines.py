"""The lines of a timeline: messages, events, and the days between, in the order in which they happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from messenger.admin.event_words import event_sentence
from messenger.admin.file_lines import FileLine, file_lines
from messenger.admin.note_text import note_html
from messenger.lib.formatting import format_message
from messenger.models import ConversationEvent, Mention, Message

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
        return note_html(self.message) if self.is_note else format_message(self.message.body)

    @property
    def is_note(self) -> bool:
        return self.message.direction == Message.Direction.INTERNAL

    @property
    def unseen_by(self) -> list[int]:
        """Whom a note names who hasn't seen it."""
        if not self.is_note:
            return []
        return [mention.user_id for mention in self.message.mentions.all() if mention.seen_at is None]

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


def lines_of(
    messages: Sequence[Message], events: Iterable[ConversationEvent], *, after: Message | None = None
) -> list[Line]:
    """A page begins with its day always: whoever joins two pages drops the divider that comes twice."""
    _with_mentions(messages)
    lines: list[Line] = []
    day, above = None, after
    both: tuple[Iterable[Item], Iterable[Item]] = (messages, events)
    for item in merge(*both, key=_happened):
        if day != (day := timezone.localdate(item.created_at)):
            lines.append(Day(day))
        if isinstance(item, Message):
            lines.append(MessageLine(item, continues=_continues(above, item)))
            above = item
        else:
            lines.append(EventLine(item))
            above = None
    return lines


def _with_mentions(messages: Sequence[Message]) -> None:
    """Only notes have any."""
    notes = [message for message in messages if message.direction == Message.Direction.INTERNAL]
    prefetch_related_objects(
        notes, Prefetch("mentions", Mention.objects.select_related("user").order_by("pk"))
    )


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
