"""A conversation as a row of the list shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import User
from messenger.admin.avatars import Avatar
from messenger.models import Attachment, Conversation, Label, Mention, Message
from messenger.models.conversation import ConversationQuerySet
from messenger.services.search import Found
from messenger.services.search_words import excerpts

PREVIEW_LENGTH = 120
# A visitor who waits longer than this begins to look at other shops.
LATE, OVERDUE = timedelta(minutes=2), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long the contact has been waiting for an answer."""

    since: datetime
    for_: timedelta

    @property
    def level(self) -> str:
        return "fresh" if self.for_ < LATE else "late" if self.for_ < OVERDUE else "overdue"

    @property
    def label(self) -> str:
        return duration(self.for_)


@dataclass(frozen=True, slots=True)
class Row:
    """`pieces` is the place that was searched for, and stands for the preview where there is any."""

    conversation: Conversation
    url: str
    avatar: Avatar
    author: str
    preview: str
    pieces: list[tuple[str, bool]]
    labels: list[Label]
    unread: int
    waiting: Waiting | None
    at: datetime
    at_label: str
    shows_branch: bool
    forsaken: bool
    is_mentioned: bool

    @property
    def mark(self) -> str:
        """Names the row and what it shows: a page that has this mark need not be sent the row again."""
        shown = (
            self.conversation.contact.label,
            self.conversation.inbox.name,
            self.conversation.branch.name,
            self.conversation.status,
            self.conversation.assignee.display_name if self.conversation.assignee else "",
            self.author,
            self.preview,
            repr(self.pieces),
            *(f"{label.name} {label.color}" for label in self.labels),
            str(self.unread),
            self.waiting.label if self.waiting else "",
            self.at.isoformat(),
            self.at_label,
            str(self.forsaken),
            str(self.is_mentioned),
        )
        return f"{self.conversation.pk}.{crc32('\0'.join(shown).encode()):x}"


def rows_of(conversations: ConversationQuerySet, user: User, found: Found | None = None) -> list[Row]:
    """Three queries, however many rows, and one more for what was searched for."""
    of_row = ("contact", "inbox", "branch", "assignee")
    named = Mention.objects.unseen_by(user).filter(message__conversation=OuterRef("pk"))
    shown_rows = conversations.select_related(*of_row).prefetch_related("labels")
    rows = list(shown_rows.annotate(is_mentioned=Exists(named)))
    messages = {row.pk: found.messages.get(row.pk) if found else None for row in rows}
    pieces = excerpts(found.words, [pk for pk in messages.values() if pk]) if found else {}
    shown = _with_file_name(Message.objects.only("body", "direction", "sender_user_id")).in_bulk(
        [messages[row.pk] or row.last_message_id for row in rows]
    )
    return [
        _row(
            row,
            shown.get(messages[row.pk] or row.last_message_id or 0),
            pieces.get(messages[row.pk] or 0, []),
            user,
        )
        for row in rows
    ]


def _row(
    conversation: Conversation, shown: Message | None, pieces: list[tuple[str, bool]], user: User
) -> Row:
    now = timezone.now()
    since = conversation.waiting_since if conversation.is_unfinished else None
    at = conversation.last_message_at or conversation.created_at
    return Row(
        conversation=conversation,
        url=reverse("admin:messenger_conversation_change", args=[conversation.pk]),
        avatar=Avatar.of(conversation.contact),
        author=_author(shown, conversation, user),
        preview=_preview(shown) if shown else "",
        pieces=pieces,
        labels=list(conversation.labels.all()),
        unread=conversation.unread_count if conversation.assignee_id in {None, user.pk} else 0,
        waiting=Waiting(since, max(now - since, timedelta())) if since else None,
        at=at,
        at_label=moment(at, now),
        shows_branch=user.is_messenger_administrator,
        forsaken=conversation.is_unfinished and conversation.escalation_failed_at is not None,
        is_mentioned=getattr(conversation, "is_mentioned", False),
    )


def _with_file_name(messages: QuerySet[Message]) -> QuerySet[Message]:
    """With the name of the first file, for those that have no text."""
    files = Attachment.objects.filter(message=OuterRef("pk")).order_by("created_at", "pk")
    return messages.annotate(file_name=Subquery(files.values("original_name")[:1]))


def _preview(message: Message) -> str:
    text = " ".join(message.body.replace("**", "").split())
    file_name = getattr(message, "file_name", None)
    if not text and file_name:
        text = _("Attachment: %(name)s") % {"name": file_name}
    return Truncator(text).chars(PREVIEW_LENGTH)


def _author(message: Message | None, conversation: Conversation, user: User) -> str:
    """Who wrote the last message, where it wasn't the contact."""
    if message is None or message.sender_user_id is None:
        return ""
    if message.sender_user_id == user.pk:
        return _("You")
    assignee = conversation.assignee
    return assignee.display_name if assignee and assignee.pk == message.sender_user_id else _("Colleague")


def duration(span: timedelta) -> str:
    """In the one unit that tells most: 40 s is "<1 min", 90 minutes is "1 h"."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return _("<1 min")
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    if minutes < 24 * 60:
        return _("%(n)d h") % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def moment(at: datetime, now: datetime) -> str:
    """The time today, "yesterday", or the date, as short as it stays clear."""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    if local.date() == today:
        return date_format(local, "TIME_FORMAT")
    if local.date() == today - timedelta(days=1):
        return _("Yesterday")
    return date_format(local, "j N" if local.year == today.year else "SHORT_DATE_FORMAT")
