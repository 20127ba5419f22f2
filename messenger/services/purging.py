"""Removes what nobody wrote in."""

from datetime import timedelta

from django.db import connection, transaction

from messenger.models import Contact, Conversation

BATCH = 5_000


def purge_empty(*, older_than: timedelta) -> int:
    """Deletes conversations without a message, and contacts left without any; the number of conversations.

    Blocked contacts stay, so that they stay blocked.

    Batches of 5,000, each its own transaction, so that no lock lasts. A visitor who writes at this very moment
    keeps the conversation: rows are locked, and looked at again, before they go.
    """
    removed = 0
    while batch := _purge_batch(older_than):
        removed += batch
    return removed


@transaction.atomic
def _purge_batch(older_than: timedelta) -> int:
    empty = Conversation.objects.empty_since(older_than)
    rows = list(empty.select_for_update(skip_locked=True).values_list("pk", "contact_id")[:BATCH])
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('messenger.purge', 'on', true)")
    Conversation.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
    left = Contact.objects.filter(pk__in={contact for _, contact in rows}, conversations__isnull=True)
    left.filter(is_blocked=False).delete()
    return len(rows)
