"""What was said: by the client and about the client it goes whole, of our answers only what is known of the client."""

from itertools import batched
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from messenger.models import Attachment, Conversation, Message
from messenger.services.privacy.known import REDACTED, Known

BATCH = 500
Direction = Message.Direction
# One statement for a batch: as many branches of a CASE take ten times as long.
_UPDATE_BODIES = """
UPDATE messenger_message m SET body = n.body FROM unnest(%s::bigint[], %s::text[]) AS n (id, body) WHERE m.id = n.id
"""
_UPDATE_NAMES = """
UPDATE messenger_attachment a SET original_name = n.name FROM unnest(%s::uuid[], %s::text[]) AS n (id, name)
WHERE a.id = n.id
"""
OF_THE_PERSON = (Direction.IN, Direction.INTERNAL)


def to_redact(conversations: list[int]) -> QuerySet[Message]:
    """Whole messages: those of the client, and notes about them."""
    messages = Message.objects.filter(conversation__in=conversations, direction__in=OF_THE_PERSON)
    return messages.exclude(body=REDACTED)


def comments_to_redact(conversations: list[int]) -> QuerySet[Conversation]:
    return Conversation.objects.filter(pk__in=conversations).exclude(rating_comment__in=("", REDACTED))


def redact(conversations: list[int]) -> tuple[int, int]:
    """The numbers of messages and comments on ratings."""
    messages = to_redact(conversations).update(body=REDACTED)
    return messages, comments_to_redact(conversations).update(rating_comment=REDACTED)


def scrub_answers(conversations: list[int], known: Known) -> int:
    """Our answers are the shop's own words, by which its work is judged: they stay, without the client's name."""
    if known.is_empty:
        return 0
    answers = Message.objects.filter(conversation__in=conversations, direction=Direction.OUT).exclude(body="")
    return _scrub(answers.order_by("pk").values_list("pk", "body"), _UPDATE_BODIES, known)


def scrub_file_names(conversations: list[int], known: Known) -> int:
    """Of all files that stay; the number of names that changed."""
    if known.is_empty:
        return 0
    files = Attachment.objects.filter(message__conversation__in=conversations)
    rows = files.order_by("pk").values_list("pk", "original_name")
    return _scrub(rows, _UPDATE_NAMES, known, longest=255)


def fill_emptied(messages: set[int]) -> int:
    """A message that was nothing but a file would be an empty bubble without it."""
    return Message.objects.filter(pk__in=messages, body="", attachments__isnull=True).update(body=REDACTED)


def _scrub(
    rows: QuerySet[Any, tuple[Any, str]], update: str, known: Known, longest: int | None = None
) -> int:
    """`rows` are keys and texts; how many texts something of the person was found in."""
    count = 0
    for batch in batched(rows.iterator(chunk_size=BATCH), BATCH):
        scrubbed = [(pk, text, known.scrub(text)[:longest]) for pk, text in batch]
        changed = [(pk, after) for pk, before, after in scrubbed if after != before]
        if changed:
            with connection.cursor() as cursor:
                cursor.execute(update, [list(column) for column in zip(*changed, strict=True)])
        count += len(changed)
    return count
