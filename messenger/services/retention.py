"""Closes what was resolved and has been quiet for long: the visitor's next message begins a new conversation.

A batch is one statement and one transaction, which holds its rows for some ten milliseconds. They are locked with
SKIP LOCKED, under which PostgreSQL asks the condition again of each row that changed since it looked: a message that
arrives at the same moment wins, two runs at once share the work, and what a killed run left is done by the next.
"""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from django.db import connection, transaction

from messenger.events import conversation_channel, publish
from messenger.lib import clock
from messenger.lib.budget import Budget
from messenger.models import Conversation, ConversationEvent
from messenger.models.contact import view_cache_key
from messenger.services.change import event_of
from messenger.services.webhooks import outbox
from messenger.volatile import volatile

# At most: some ten milliseconds (docs/retention.md). Where it takes longer there are fewer (`Budget`).
BATCH = 100
CLOSED = ConversationEvent.Kind.CLOSED
# The condition is that of `ConversationQuerySet.quiet_since`. What went in earlier batches is dead in the index until
# it is vacuumed: `since` keeps it from being walked again and again.
_CLOSE_AND_TELL = """
WITH due AS (
    SELECT id FROM messenger_conversation
    WHERE status = 'resolved' AND last_message_at >= %(since)s AND last_message_at < %(before)s
    ORDER BY last_message_at, id LIMIT %(size)s FOR NO KEY UPDATE SKIP LOCKED
), closed AS (
    UPDATE messenger_conversation k
    SET status = 'closed', closed_at = %(now)s, waiting_since = NULL, escalation_failed_at = NULL
    FROM due WHERE k.id = due.id
    RETURNING k.id, k.inbox_id, k.branch_id, k.assignee_id, k.status, k.last_message_at
), hooked AS ({hooked}), told AS (
    INSERT INTO messenger_conversationevent (conversation_id, kind, data, created_at)
    SELECT id, 'closed', %(data)s::jsonb, %(now)s FROM closed
)
SELECT id, branch_id, assignee_id, last_message_at, EXISTS (SELECT 1 FROM hooked) FROM closed
"""
_CLOSE = _CLOSE_AND_TELL.format(
    hooked=outbox.INSERT.format(
        source="closed",
        message="NULL::bigint",
        event=outbox.Event.CONVERSATION_CLOSED.value,
        condition="true",
    )
)


class Closed(NamedTuple):
    pk: int
    branch_id: int
    assignee_id: int | None
    last_message_at: datetime
    is_told: bool


def count_quiet(*, quiet_for: timedelta, limit: int | None = None) -> int:
    """How many `close_quiet` would close now."""
    return Conversation.objects.quiet_since(clock.now() - quiet_for)[:limit].count()


def close_quiet(*, quiet_for: timedelta, limit: int | None = None, seconds: float = math.inf) -> int:
    """Closes resolved conversations whose last message is older than `quiet_for`, the oldest first; how many.

    At most `limit`, and none more once `seconds` are over. What somebody else has locked is left for the next time.
    """
    before, budget = clock.now() - quiet_for, Budget(seconds, most=BATCH)
    closed, since = 0, datetime.min.replace(tzinfo=UTC)
    while limit is None or closed < limit:
        size = budget.begin_batch()
        batch = _close_batch(since, before, size if limit is None else min(size, limit - closed), quiet_for)
        budget.end_batch()
        closed += len(batch)
        if not batch or budget.is_spent:
            break
        since = max(row.last_message_at for row in batch)
    return closed


def _close_batch(since: datetime, before: datetime, size: int, quiet_for: timedelta) -> list[Closed]:
    parameters: dict[str, Any] = {
        "since": since,
        "before": before,
        "size": size,
        "now": clock.now(),
        "data": orjson.dumps({"quiet_days": quiet_for.days}).decode(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, parameters)
        batch = [Closed(*row) for row in cursor.fetchall()]
    if batch:
        transaction.on_commit(lambda: _announce(batch))
        if batch[0].is_told:
            outbox.wake_on_commit()
    return batch


def _announce(batch: Sequence[Closed]) -> None:
    """Tells those that anybody has before their eyes: of ten thousand old conversations these are hardly one.

    Whoever polls finds no kept answer any more. Lists read themselves again each minute, and are not shaken.
    """
    volatile.delete(*(view_cache_key(row.pk) for row in batch))
    looked_at = volatile.listened([conversation_channel(row.pk) for row in batch])
    for row in batch:
        if conversation_channel(row.pk) in looked_at:
            conversation = Conversation(pk=row.pk, branch_id=row.branch_id, assignee_id=row.assignee_id)
            publish(event_of(conversation, kind=CLOSED, actor=None))
