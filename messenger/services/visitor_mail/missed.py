"""Who left before the answer: what they missed goes into the outbox, one mail for each absence.

What is written to somebody who is away already, after their mail, is gathered for an hour, so that an operator who
writes in many small pieces doesn't fill a mailbox, nor knocks at one that is not there at every word. Whoever came
back in between is away anew.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from messenger.events import visitor_channel
from messenger.lib import clock
from messenger.lib.advisory_lock import wait_for_lock
from messenger.models import VisitorMail
from messenger.models.contact import view_cache_key
from messenger.models.inbox import MOST_MAIL_MINUTES
from messenger.volatile import volatile

# An answer that is older than this, beyond the inbox's minutes, is told of no more: mail was off, or is new.
WINDOW = timedelta(hours=24)
PAUSE = timedelta(hours=1)
AT_ONCE = 500
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

# Conversations by their last message (messenger_conv_recent), unread answers by the index of those, contacts one by one
# (OFFSET 0 forbids to read them all): nothing old is read. The BRIN index of messages would read a day of all of them.
# An address that wants no mail gets none, whichever contact of the inbox gave it.
_MISSED = """
SELECT k.id, missed.first_id, missed.last_id, missed.since
FROM messenger_conversation k
JOIN messenger_inbox x ON x.id = k.inbox_id AND x.mail_enabled AND x.is_active
LEFT JOIN LATERAL (
    SELECT v.up_to_message_id, v.state, v.created_at FROM messenger_visitormail v
    WHERE v.conversation_id = k.id ORDER BY v.up_to_message_id DESC LIMIT 1
) last ON true
CROSS JOIN LATERAL (
    SELECT min(m.id) AS first_id, max(m.id) AS last_id, min(m.created_at) AS since
    FROM messenger_message m
    WHERE m.conversation_id = k.id AND m.direction = 'out' AND m.read_at IS NULL AND NOT m.is_automatic
      AND m.id > COALESCE(last.up_to_message_id, 0)
      AND m.created_at > %(now)s - make_interval(mins => x.mail_after_minutes) - %(window)s
) missed
CROSS JOIN LATERAL (
    SELECT c.inbox_id, c.email, c.last_seen_at FROM messenger_contact c
    WHERE c.id = k.contact_id AND c.email <> '' AND NOT c.is_blocked AND c.anonymized_at IS NULL
    OFFSET 0
) c
WHERE k.last_message_at > %(now)s - %(longest)s
  AND missed.since <= %(now)s - make_interval(mins => x.mail_after_minutes)
  AND last.state IS DISTINCT FROM 'waiting'
  AND (
      last.state IS NULL OR last.state = 'not_needed' OR last.created_at <= %(now)s - %(pause)s
      OR c.last_seen_at > last.created_at
      OR EXISTS (
          SELECT FROM messenger_message w
          WHERE w.conversation_id = k.id AND w.direction = 'in' AND w.id > last.up_to_message_id
      )
  )
  AND NOT EXISTS (
      SELECT FROM messenger_mailrefusal u
      WHERE u.inbox_id = c.inbox_id AND u.digest = messenger_mail_digest(c.inbox_id, c.email)
  )
  AND NOT EXISTS (
      SELECT FROM messenger_conversation s
      WHERE s.contact_id = k.contact_id AND s.inbox_id = k.inbox_id AND s.id > k.id
  )
  AND (missed.since, k.id) > (%(after)s, %(after_id)s)
ORDER BY missed.since, k.id
LIMIT %(limit)s
"""
# One worker looks at a time: the second sees what the first one wrote, and writes no mail that overlaps with it.
_LOCK = "messenger.visitor_mail"


class Missed(NamedTuple):
    """The first and the last answer that nobody saw; what lies between and isn't one is not told."""

    conversation_id: int
    from_message_id: int
    up_to_message_id: int
    since: datetime


def visitor_mail_lacks() -> list[str]:
    """The settings without which there is no server to send by, or no address to lead back to."""
    needed = {"EMAIL_URL": settings.SENDS_MAIL, "MESSENGER_PUBLIC_URL": settings.MESSENGER_PUBLIC_URL}
    return [name for name, value in needed.items() if not value]


@transaction.atomic
def write_outbox() -> int:
    """Mails for all who left and missed something for long enough; how many are new.

    Batch by batch, the longest missed first: those who are here, and so keep standing in front, hold nobody up.
    """
    wait_for_lock(_LOCK)
    now = clock.now()
    written = 0
    found = missed(now)
    while found:
        written += _write(found, now)
        found = missed(now, after=found[-1]) if len(found) == AT_ONCE else []
    return written


def missed(now: datetime, after: Missed | None = None) -> list[Missed]:
    values: dict[str, Any] = {
        "now": now,
        "window": WINDOW,
        "longest": WINDOW + timedelta(minutes=MOST_MAIL_MINUTES),
        "pause": PAUSE,
        "limit": AT_ONCE,
        "after": after.since if after else LONG_AGO,
        "after_id": after.conversation_id if after else 0,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MISSED, values)
        return [Missed(*row) for row in cursor.fetchall()]


def _write(found: list[Missed], now: datetime) -> int:
    here = who_is_here([one.conversation_id for one in found])
    mails = [
        VisitorMail(
            conversation_id=one.conversation_id,
            from_message_id=one.from_message_id,
            up_to_message_id=one.up_to_message_id,
            due_at=now,
            created_at=now,
        )
        for one in found
        if one.conversation_id not in here
    ]
    VisitorMail.objects.bulk_create(mails, ignore_conflicts=True)
    return len(mails)


def who_is_here(conversation_ids: Collection[int]) -> set[int]:
    """Those whose visitor has the page open: by their stream, or by a poll within the last seconds.

    Without Redis nobody is seen, and mail goes out.
    """
    if not conversation_ids:
        return set()
    channels = {visitor_channel(pk): pk for pk in conversation_ids}
    streaming = {channels[channel] for channel in volatile.listened(list(channels))}
    polled = volatile.look([view_cache_key(pk) for pk in conversation_ids]).values
    return streaming | {pk for pk, view in zip(conversation_ids, polled, strict=True) if view}
