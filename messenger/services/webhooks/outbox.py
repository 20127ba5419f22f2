"""Writes into the outbox, in the transaction of what is told, and wakes the pump after the commit."""

from django.db import connection, transaction
from django_q.tasks import async_task

from messenger.models import Conversation, WebhookDelivery
from messenger.volatile import volatile

Event = WebhookDelivery.Event
DELIVER = "messenger.tasks.deliver_webhooks"
# One task that waits in the queue is enough; the pump takes the mark away before it looks.
_WOKEN = "messenger:webhooks:woken"
_WOKEN_SECONDS = 30

# `{source}` has the columns of a conversation. One begins with its first message; before, nothing is told of it.
INSERT = """
INSERT INTO messenger_webhookdelivery
    (inbox_id, conversation_id, message_id, event, conversation_status, conversation_branch)
SELECT k.inbox_id, k.id, {message}, '{event}', k.status, k.branch_id
FROM {source} k JOIN messenger_inbox x ON x.id = k.inbox_id
WHERE x.webhook_enabled AND '{event}' = ANY (x.webhook_events) AND {condition}
RETURNING id
"""
_OF_CONVERSATION = {
    event: INSERT.format(
        source="messenger_conversation",
        message="NULL::bigint",
        event=event.value,
        condition=condition,
    )
    for event, condition in (
        # Told just before the first message is written.
        (Event.CONVERSATION_CREATED, "k.id = %s"),
        (Event.CONVERSATION_CLOSED, "k.id = %s AND k.last_message_id IS NOT NULL"),
    )
}


def told_with_message(event: WebhookDelivery.Event, source: str) -> str:
    """The part of a statement that tells of the message which it writes; `source` has its conversation's new row."""
    return INSERT.format(source=source, message="k.last_message_id", event=event.value, condition="true")


def tell(conversation: Conversation, event: WebhookDelivery.Event) -> None:
    """In the open transaction; nothing happens where the inbox has no webhook for it."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_CONVERSATION[event], [conversation.pk])
        if cursor.fetchone():
            wake_on_commit()


def wake_on_commit() -> None:
    transaction.on_commit(wake)


def wake() -> None:
    """Within a second the worker looks. A hint that gets lost costs a minute: the timetable looks as well."""
    if volatile.claim(_WOKEN, _WOKEN_SECONDS):
        async_task(DELIVER, task_name="deliver webhooks")


def woken() -> None:
    """From now on the next one to write wakes anew."""
    volatile.delete(_WOKEN)
