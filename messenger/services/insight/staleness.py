"""Which counted days are not true any more: something happened since in one of their conversations."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max

from messenger.models import CountedDay

# What was under way while a day was counted is committed by then.
OVERLAP = timedelta(hours=1)
# What changes figures: an event of these kinds, an answer, or a conversation's first message, which may be committed
# after its day was counted. Closing and labels change none.
KINDS = ("assigned", "unassigned", "escalated", "transferred", "resolved", "reopened", "rated")
# Both are found by the BRIN indexes of time, and the conversation's beginning by that of its messages, to
# which an array of one conversation keeps the planner (`services/visitor_view.py`).
_MARK = """
WITH happened AS (
    SELECT conversation_id, max(created_at) AS at FROM (
        SELECT conversation_id, created_at FROM messenger_conversationevent
        WHERE created_at >= %(since)s AND kind = ANY(%(kinds)s)
        UNION ALL
        SELECT conversation_id, created_at FROM messenger_message WHERE created_at >= %(since)s AND direction = 'out'
        UNION ALL
        SELECT m.conversation_id, m.created_at FROM messenger_message m
        WHERE m.created_at >= %(since)s AND m.direction = 'in' AND NOT EXISTS (
            SELECT FROM messenger_message e
            WHERE e.conversation_id = m.conversation_id AND e.direction = 'in' AND e.id < m.id)
    ) all_of_it GROUP BY conversation_id
), touched AS (
    SELECT (b.created_at AT TIME ZONE %(zone)s)::date AS day, max(h.at) AS at
    FROM happened h CROSS JOIN LATERAL (
        SELECT created_at FROM messenger_message m
        WHERE m.conversation_id = ANY (ARRAY[h.conversation_id]) AND m.direction = 'in'
        ORDER BY m.conversation_id, m.id LIMIT 1
    ) b GROUP BY 1
)
UPDATE messenger_countedday c SET is_stale = true FROM touched t
WHERE c.day = t.day AND NOT c.is_stale AND t.at > c.counted_at - %(overlap)s
"""


def mark_stale() -> int:
    """Marks them, in a transaction that is over before anything is counted; how many.

    What happened before the latest count was marked before it, if it changed anything.
    """
    latest: datetime | None = CountedDay.objects.aggregate(latest=Max("counted_at"))["latest"]
    if latest is None:
        return 0
    values: dict[str, Any] = {
        "since": latest - OVERLAP,
        "kinds": list(KINDS),
        "zone": settings.TIME_ZONE,
        "overlap": OVERLAP,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MARK, values)
        return int(cursor.rowcount)
