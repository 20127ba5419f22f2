"""The log goes after some weeks, and with it what nobody could be told of."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from messenger.lib import clock
from messenger.lib.deletion import delete_in_batches
from messenger.models import WebhookAttempt, WebhookDelivery

BATCH = 1_000
# Whoever anonymizes has the contact locked, or waits here until the answer is written and then erases it.
_IS_KNOWN = """
SELECT 1 FROM messenger_conversation k JOIN messenger_contact c ON c.id = k.contact_id
WHERE k.id = %s AND c.anonymized_at IS NULL FOR SHARE OF c SKIP LOCKED
"""


def remove_old(*, older_than: timedelta) -> int:
    """Deletes deliveries by their age, with their attempts, in batches; how many."""
    old = WebhookDelivery.objects.filter(created_at__lt=clock.now() - older_than).order_by("created_at")
    return delete_in_batches(old, BATCH)


def may_keep_answer(conversation_id: int) -> bool:
    """Not where the client is forgotten or may be at this moment: a request that was under way tells of them still.

    In the transaction in which the answer is written.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IS_KNOWN, [conversation_id])
        return cursor.fetchone() is not None


def forget_answers(conversation_ids: Sequence[int]) -> None:
    """What receivers answered may repeat what they were told of a person who is to be forgotten."""
    attempts = WebhookAttempt.objects.filter(delivery__conversation__in=conversation_ids)
    attempts.exclude(answer="").update(answer="")
