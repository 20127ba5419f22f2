"""What is to be sent now: of each conversation the oldest delivery that waits, of each inbox a few at a time.

All of it runs in one pump (`Lease`) and one thread, so that nothing but the outbox's writers works on the rows beside
it, and those only add. A delivery that has to wait behind another one of its conversation is put off until that one's
next attempt, and called back when it succeeds: each look reads what is due, and not what is stuck.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from messenger.lib import clock
from messenger.models import WebhookDelivery

# Requests to one receiver at the same time, each of another conversation.
AT_ONCE = 4
# Of one inbox; more than can be sent, because some turn out to stand behind others.
LOOKED_AT = 32
_MARGIN = timedelta(seconds=60)
_WAITING = WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING)

_DUE = """
SELECT due.id, due.inbox_id, due.conversation_id, head.id, head.due_at
FROM messenger_inbox x
CROSS JOIN LATERAL (
    SELECT d.id, d.inbox_id, d.conversation_id, d.due_at FROM messenger_webhookdelivery d
    WHERE d.inbox_id = x.id AND d.state = 'waiting' AND d.due_at <= %(now)s
    ORDER BY d.due_at, d.id LIMIT %(looked_at)s
) due
CROSS JOIN LATERAL (
    SELECT h.id, h.due_at FROM messenger_webhookdelivery h
    WHERE h.conversation_id = due.conversation_id AND h.state = 'waiting' ORDER BY h.id LIMIT 1
) head
WHERE x.webhook_enabled AND x.id <> ALL (%(full)s::bigint[])
ORDER BY due.id
"""

_WAIT = """
UPDATE messenger_webhookdelivery d SET due_at = n.due_at
FROM unnest(%s::bigint[], %s::timestamptz[]) AS n (id, due_at) WHERE d.id = n.id AND d.state = 'waiting'
"""
_NEXT = """
SELECT min(first.due_at)
FROM messenger_inbox x
CROSS JOIN LATERAL (
    SELECT d.due_at FROM messenger_webhookdelivery d
    WHERE d.inbox_id = x.id AND d.state = 'waiting' AND d.claimed_at IS NULL ORDER BY d.due_at LIMIT 1
) first
WHERE x.webhook_enabled
"""


def free_claims() -> int:
    """At a pump's start: what one that was killed had in its hands is due; how many."""
    return _WAITING.filter(claimed_at__isnull=False).update(claimed_at=None, due_at=clock.now())


def claim(under_way: Mapping[int, int]) -> list[WebhookDelivery]:
    """Takes what is due, with all that is needed to send it; `under_way` counts requests by inbox."""
    now = clock.now()
    full = [inbox for inbox, count in under_way.items() if count >= AT_ONCE]
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"now": now, "looked_at": LOOKED_AT, "full": full})
        rows = cursor.fetchall()
    taken: list[int] = []
    behind: dict[int, datetime] = {}
    room: dict[int, int] = {}
    for pk, inbox_id, _conversation, head_id, head_due_at in rows:
        left = room.setdefault(inbox_id, AT_ONCE - under_way.get(inbox_id, 0))
        if pk != head_id:
            # Behind one that is due, it comes with that one's success.
            behind[pk] = max(head_due_at, now) + timedelta(milliseconds=1)
        elif left > 0:
            room[inbox_id] = left - 1
            taken.append(pk)
    _wait(behind)
    until = now + timedelta(seconds=settings.MESSENGER_WEBHOOK_TIMEOUT_SECONDS) + _MARGIN
    _WAITING.filter(pk__in=taken).update(claimed_at=now, due_at=until)
    claimed = WebhookDelivery.objects.filter(pk__in=taken).select_related("inbox", "conversation", "message")
    return list(claimed.prefetch_related("message__attachments").order_by("pk"))


def _wait(until: Mapping[int, datetime]) -> None:
    """One statement: a dead receiver's long conversations put off dozens at each look."""
    if until:
        with connection.cursor() as cursor:
            cursor.execute(_WAIT, [list(until), list(until.values())])


def call_back(conversation_id: int) -> None:
    """The one that stood behind one that is done, and that will call the next; of ten thousand not all each time."""
    now, behind = clock.now(), _WAITING.filter(conversation=conversation_id).order_by("pk")
    first = list(behind.values_list("pk", flat=True)[:1])
    _WAITING.filter(pk__in=first, due_at__gt=now, claimed_at=None).update(due_at=now)


def put_off(conversation_id: int, behind: WebhookDelivery) -> None:
    """Those that stand behind one that failed: they needn't be looked at before it."""
    _WAITING.filter(conversation=conversation_id, pk__gt=behind.pk, due_at__lt=behind.due_at).update(
        due_at=behind.due_at + timedelta(milliseconds=1)
    )


def next_due() -> float | None:
    """Seconds until the next one; None where none waits."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
        due_at = cursor.fetchone()[0]
    return None if due_at is None else max(0.0, (due_at - clock.now()).total_seconds())
