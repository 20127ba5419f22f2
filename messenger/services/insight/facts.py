"""What happened in the conversations that began between two moments: one statement, a row for each of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import connection

# A conversation begins with the client's first message; the day's are found by the BRIN index of messages.
# An array of one conversation keeps the planner to the index of its messages (`services/visitor_view.py`).
_FACTS = """
WITH begun AS MATERIALIZED (
    SELECT m.conversation_id, m.id, m.created_at FROM messenger_message m
    WHERE m.created_at >= %(since)s AND m.created_at < %(until)s AND m.direction = 'in' AND NOT EXISTS (
        SELECT FROM messenger_message e
        WHERE e.conversation_id = m.conversation_id AND e.direction = 'in' AND e.id < m.id)
)
SELECT b.created_at, k.inbox_id, k.branch_id, k.assignee_id, a.sender_user_id, a.created_at, k.resolved_at,
    COALESCE(e.reopened, false), COALESCE(e.transferred, false), k.rating_score,
    COALESCE(NULLIF(k.rating_type, ''), i.rating_type) = 'nps' OR k.rating_score NOT BETWEEN 1 AND 5
FROM begun b JOIN messenger_conversation k ON k.id = b.conversation_id JOIN messenger_inbox i ON i.id = k.inbox_id
LEFT JOIN LATERAL (
    SELECT sender_user_id, created_at FROM messenger_message m
    WHERE m.conversation_id = ANY (ARRAY[b.conversation_id]) AND m.id > b.id AND m.direction = 'out'
        AND NOT m.is_automatic
    ORDER BY m.conversation_id, m.id LIMIT 1
) a ON true
LEFT JOIN LATERAL (
    SELECT bool_or(kind = 'reopened') AS reopened, bool_or(kind = 'transferred') AS transferred
    FROM messenger_conversationevent v
    WHERE v.conversation_id = b.conversation_id AND v.kind IN ('reopened', 'transferred')
) e ON true
"""


class Fact(NamedTuple):
    """A conversation. `operator_id` has it now, `answered_by` gave the first answer; `is_nps` tells what `score` is."""

    began_at: datetime
    inbox_id: int
    branch_id: int
    operator_id: int | None
    answered_by: int | None
    answered_at: datetime | None
    resolved_at: datetime | None
    is_reopened: bool
    is_transferred: bool
    score: int | None
    is_nps: bool | None


def facts(since: datetime, until: datetime) -> Iterator[Fact]:
    """Of conversations whose client's first message is of this time, the end excluded."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"since": since, "until": until})
        yield from (Fact(*row) for row in cursor.fetchall())


def first_moment() -> datetime | None:
    """When the earliest message of all was written; imported ones may have later ids than newer ones.

    Two statements with plain values: only so the planner knows how few rows are older than the first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT created_at FROM messenger_message ORDER BY id LIMIT 1")
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute("SELECT min(created_at) FROM messenger_message WHERE created_at <= %s", row)
        earliest: datetime = cursor.fetchone()[0]
    return earliest


def summarize_times() -> None:
    """Has the BRIN indexes of time know the newest rows, which autovacuum leaves to be read one by one for weeks."""
    with connection.cursor() as cursor:
        for index in ("messenger_message_time", "messenger_event_time"):
            cursor.execute("SELECT brin_summarize_new_values(%s::regclass)", [index])
