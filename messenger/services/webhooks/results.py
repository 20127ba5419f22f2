"""What came of an attempt: into the log, and the next step by the table of repeats."""

import logging
import random
from datetime import datetime, timedelta

from django.db import transaction

from messenger.lib import clock
from messenger.lib.outbound import Answer
from messenger.models import WebhookAttempt, WebhookDelivery
from messenger.models.inbox import WebhookStop
from messenger.services.webhooks import claims, stopping
from messenger.services.webhooks.log import may_keep_answer

logger = logging.getLogger(__name__)

State = WebhookDelivery.State
# After the first attempt: three days in all.
REPEATS = tuple(
    timedelta(**one)
    for one in (
        {"seconds": 5},
        {"minutes": 5},
        {"minutes": 30},
        {"hours": 2},
        {"hours": 5},
        {"hours": 10},
        {"hours": 14},
        {"hours": 20},
        {"hours": 24},
    )
)
# A tenth more or less: what failed together doesn't come back together.
JITTER = 0.1
GONE = 410
KEPT_OF_ANSWER = 2_000


@transaction.atomic
def keep(delivery: WebhookDelivery, answer: Answer, *, at: datetime, url: str) -> None:
    """Writes the attempt down and decides what is next: done, once more, or given up.

    The inbox is locked before deliveries are, as by whoever saves its page.
    """
    note_attempt(delivery, answer, at=at, url=url)
    delivery.attempts += 1
    delivery.claimed_at = None
    if answer.is_success:
        _finish(delivery, State.DELIVERED)
    elif answer.status == GONE:
        stopping.stop(delivery.inbox_id, WebhookStop.GONE)
        _again(delivery)
    elif delivery.attempts > len(REPEATS):
        if _nothing_worked_since(delivery):
            stopping.stop(delivery.inbox_id, WebhookStop.FAILING)
        _finish(delivery, State.FAILED)
    else:
        _again(delivery)
    logger.info(
        "Webhook of inbox %s, %s, attempt %s: %s in %d ms",
        delivery.inbox_id,
        delivery.event,
        delivery.attempts,
        answer.status or answer.problem,
        answer.seconds * 1000,
    )


def note_attempt(delivery: WebhookDelivery, answer: Answer, *, at: datetime, url: str) -> WebhookAttempt:
    return WebhookAttempt.objects.create(
        delivery=delivery,
        at=at,
        duration_ms=round(answer.seconds * 1000),
        url=url,
        status=answer.status,
        problem=answer.problem or "",
        answer=readable(answer.body) if may_keep_answer(delivery.conversation_id) else "",
    )


def readable(body: bytes) -> str:
    """The beginning of an answer, as text that can be stored."""
    return body[: KEPT_OF_ANSWER * 4].decode(errors="replace").replace("\0", "\ufffd")[:KEPT_OF_ANSWER]


def delay(attempts: int) -> timedelta:
    """Before the next attempt, after so many (1 to 9)."""
    repeat = REPEATS[min(attempts, len(REPEATS)) - 1]
    return repeat * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  (spreads load, guards nothing)


def _finish(delivery: WebhookDelivery, state: WebhookDelivery.State) -> None:
    delivery.state, delivery.finished_at = state, clock.now()
    delivery.save(update_fields=["attempts", "claimed_at", "state", "finished_at"])
    claims.call_back(delivery.conversation_id)


def _again(delivery: WebhookDelivery) -> None:
    delivery.due_at = clock.now() + delay(delivery.attempts)
    delivery.save(update_fields=["attempts", "claimed_at", "due_at"])
    claims.put_off(delivery.conversation_id, delivery)


def _nothing_worked_since(delivery: WebhookDelivery) -> bool:
    delivered = WebhookDelivery.objects.filter(inbox=delivery.inbox_id, state=State.DELIVERED)
    return not delivered.filter(finished_at__gte=delivery.created_at).exists()
