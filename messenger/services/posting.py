"""Writes messages: the conversation's row first, then the message, in one statement.

The row's lock is taken before the message's id is drawn, so within a conversation ids become visible in order and
nobody who asks for what is newer than an id ever misses one. Message first, a reader missed 1,729 of 2,715.
"""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, connection, transaction

from crm.models import User
from messenger.events import publish
from messenger.exceptions import Blocked, ConversationClosed, IdempotencyConflict, NotFound, SessionInvalid
from messenger.lib import clock
from messenger.lib.sql import fetch_all
from messenger.models import Contact, Conversation, Inbox, Message
from messenger.services.assignment import assign, reassign
from messenger.services.change import note
from messenger.services.status import assign_to_answering, reopen_locked
from messenger.services.text import check_body
from messenger.services.visitors import start_conversation

# A draw of the sequence inside the UPDATE happens under the row's lock: PostgreSQL computes the new row anew when
# it had to wait for another writer.
_WRITE = """
WITH k AS (
    UPDATE messenger_conversation SET
        last_message_id = nextval('messenger_message_id_seq'),
        last_message_at = COALESCE(%(moment)s::timestamptz, clock_timestamp()),
        {counters}
    WHERE id = %(conversation)s AND {condition}
    RETURNING id, branch_id, assignee_id, last_message_id, last_message_at
)
INSERT INTO messenger_message (id, conversation_id, direction, body, sender_user_id, client_message_id, created_at)
SELECT last_message_id, id, %(direction)s, %(body)s, %(sender)s::bigint, %(client_message_id)s::uuid, last_message_at
FROM k
RETURNING id, created_at, (SELECT branch_id FROM k), (SELECT assignee_id FROM k)
"""
_FROM_CONTACT = _WRITE.format(
    counters="""unread_count = unread_count + 1,
        waiting_since = COALESCE(waiting_since, %(moment)s::timestamptz, clock_timestamp())""",
    # A retry may come after the session went on from the conversation that has the message already.
    condition="""status = 'open' AND contact_id = %(contact)s AND (%(first)s OR last_message_id IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM messenger_contact c WHERE c.id = %(contact)s AND c.is_blocked)
        AND NOT EXISTS (
            SELECT 1 FROM messenger_conversation o JOIN messenger_message m ON m.conversation_id = o.id
            WHERE o.contact_id = %(contact)s AND o.id <> %(conversation)s
                AND m.client_message_id = %(client_message_id)s::uuid
        )""",
)
# Whoever answers their own conversation has opened and read it.
_TO_CONTACT = _WRITE.format(
    counters="""waiting_since = NULL,
        unread_count = CASE WHEN assignee_id = %(sender)s::bigint THEN 0 ELSE unread_count END,
        assignee_opened_at = CASE WHEN assignee_id = %(sender)s::bigint
            THEN COALESCE(assignee_opened_at, %(moment)s::timestamptz, clock_timestamp())
            ELSE assignee_opened_at END,
        escalation_failed_at = NULL,
        operator_read_up_to = CASE WHEN assignee_id = %(sender)s::bigint
            THEN GREATEST(operator_read_up_to, last_message_id) ELSE operator_read_up_to END""",
    condition="status = 'open'",
)


class Posted(NamedTuple):
    """A message as stored; `created` is false where it had been sent before."""

    id: int
    conversation_id: int
    body: str
    created_at: datetime
    client_message_id: uuid.UUID | None
    created: bool


def post_from_contact(
    *,
    inbox_id: int,
    conversation_id: int,
    contact_id: uuid.UUID,
    body: str,
    client_message_id: uuid.UUID | None,
) -> Posted:
    """Stores a visitor's message, in a new conversation where theirs was closed; a repeat stores nothing.

    With the first one, and with one that opens a conversation again, the operator is chosen in the same transaction.
    Every other message is a statement by itself. Raises Invalid, Blocked, IdempotencyConflict, or SessionInvalid
    where the conversation is gone.
    """
    text = check_body(body)
    values = {"direction": "in", "sender": None, "contact": contact_id, "first": False}
    try:
        with _own_transaction():
            written = _write(_FROM_CONTACT, conversation_id, text, client_message_id, values)
        if written:
            return written
        with transaction.atomic():
            if repeated := _repeated(contact_id, text, client_message_id):
                return repeated
            conversation, find_operator = _make_writable(inbox_id, conversation_id, contact_id)
            values["first"] = True
            written = _write(_FROM_CONTACT, conversation.pk, text, client_message_id, values)
            if written:
                find_operator(conversation)
    except IntegrityError:
        repeated = _repeated(contact_id, text, client_message_id)
        if repeated is None:
            raise
        return repeated
    if written is None:
        raise SessionInvalid
    return written


def _own_transaction() -> AbstractContextManager[Any]:
    """One statement is a transaction by itself; BEGIN and COMMIT would double its way. Within another it is a part."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def post_from_operator(
    *, conversation_id: int, operator: User, body: str, client_message_id: uuid.UUID | None = None
) -> Message:
    """Stores an operator's answer; a resolved conversation is reopened.

    Whoever answers a conversation that nobody has, or that its operator hasn't opened, takes it.

    Raises Invalid, NotFound, ConversationClosed or IdempotencyConflict. A repeat returns the first message.
    """
    text = check_body(body)
    try:
        with transaction.atomic():
            conversation = (
                Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id).first()
            )
            if conversation is None:
                raise NotFound
            if repeated := _repeated_by_operator(conversation_id, operator, text, client_message_id):
                return repeated
            if conversation.is_closed:
                raise ConversationClosed
            if conversation.status != Conversation.Status.OPEN:
                reopen_locked(conversation, actor=operator)
            assign_to_answering(conversation, operator=operator)
            values = {"direction": "out", "sender": operator.pk}
            written = _write(_TO_CONTACT, conversation_id, text, client_message_id, values)
            if written is None:
                raise NotFound
    except IntegrityError:
        repeated_message = _repeated_by_operator(conversation_id, operator, text, client_message_id)
        if repeated_message is None:
            raise
        return repeated_message
    return Message.objects.get(pk=written.id)


def _write(
    sql: str, conversation_id: int, text: str, client_message_id: uuid.UUID | None, values: dict[str, Any]
) -> Posted | None:
    """Runs the statement and announces the message; None where the conversation's state forbids it."""
    parameters = values | {
        "conversation": conversation_id,
        "body": text,
        "client_message_id": client_message_id,
        "moment": clock.set_moment(),
    }
    rows = fetch_all(sql, parameters)
    if not rows:
        return None
    message_id, created_at, branch_id, assignee_id = rows[0]
    publish(
        {
            "type": "message",
            "conversation": conversation_id,
            "branch": branch_id,
            "assignee": assignee_id,
            "message": message_id,
            "direction": values["direction"],
            "by": "contact" if values["direction"] == "in" else "operator",
        }
    )
    return Posted(message_id, conversation_id, text, created_at, client_message_id, created=True)


def _repeated(contact_id: uuid.UUID, text: str, client_message_id: uuid.UUID | None) -> Posted | None:
    """The message that the contact sent under this id before, in whichever conversation.

    Visitors are told the ids of answers, too: one of those is a conflict.
    """
    if client_message_id is None:
        return None
    earlier = Message.objects.filter(
        conversation__contact_id=contact_id, client_message_id=client_message_id
    ).first()
    if earlier is None:
        return None
    if earlier.body != text or earlier.direction != Message.Direction.IN:
        raise IdempotencyConflict
    return Posted(
        earlier.pk, earlier.conversation_id, text, earlier.created_at, client_message_id, created=False
    )


def _repeated_by_operator(
    conversation_id: int, operator: User, text: str, client_message_id: uuid.UUID | None
) -> Message | None:
    if client_message_id is None:
        return None
    earlier = Message.objects.filter(
        conversation=conversation_id, client_message_id=client_message_id
    ).first()
    if earlier and (earlier.body != text or earlier.sender_user_id != operator.pk):
        raise IdempotencyConflict
    return earlier


def _make_writable(
    inbox_id: int, conversation_id: int, contact_id: uuid.UUID
) -> tuple[Conversation, Callable[[Conversation], object]]:
    """Brings the visitor's conversation into the state `open`: the one that goes on, locked, and how its operator
    is found once the message is there."""
    contact = Contact.objects.filter(pk=contact_id, anonymized_at__isnull=True).first()
    if contact is None:
        raise SessionInvalid
    if contact.is_blocked:
        raise Blocked
    conversation = (
        Conversation.objects.select_for_update(no_key=True)
        .filter(pk=conversation_id, contact=contact)
        .first()
    )
    if conversation is None:
        raise SessionInvalid
    if conversation.is_closed:
        conversation = _succeed(conversation, inbox_id, contact)
    if conversation.status == Conversation.Status.OPEN:
        return conversation, assign
    reopen_locked(conversation, actor=None)
    return conversation, reassign


def _succeed(closed: Conversation, inbox_id: int, contact: Contact) -> Conversation:
    successor = start_conversation(inbox=Inbox.objects.get(pk=inbox_id), contact=contact)
    successor = Conversation.objects.select_for_update(no_key=True).get(pk=successor.pk)
    note(successor, kind="started", data={"after": closed.pk})
    publish({"type": "moved", "conversation": closed.pk, "branch": closed.branch_id, "to": successor.pk})
    return successor
