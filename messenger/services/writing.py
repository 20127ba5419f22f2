"""One statement writes a message: the conversation's row first, then the message.

The row's lock is taken before the message's id is drawn, so within a conversation ids become visible in order and
nobody who asks for what is newer than an id ever misses one. Message first, a reader missed 1,729 of 2,715.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from messenger.events import publish
from messenger.lib import clock
from messenger.lib.sql import fetch_all
from messenger.models import Attachment
from messenger.services.webhooks.outbox import Event, told_with_message, wake_on_commit

# A draw of the sequence inside the UPDATE happens under the row's lock: PostgreSQL computes the new row anew when
# it had to wait for another writer.
_WRITE = """
WITH k AS (
    UPDATE messenger_conversation SET
        last_message_id = nextval('messenger_message_id_seq'),
        last_message_at = COALESCE(%(moment)s::timestamptz, clock_timestamp()),
        {counters}
    WHERE id = %(conversation)s AND {condition}
    RETURNING id, inbox_id, branch_id, assignee_id, status, last_message_id, last_message_at
), told AS ({told})
INSERT INTO messenger_message
    (id, conversation_id, direction, body, sender_user_id, client_message_id, is_automatic, created_at)
SELECT last_message_id, id, %(direction)s, %(body)s, %(sender)s::bigint, %(client_message_id)s::uuid, {automatic},
    last_message_at
FROM k
RETURNING id, created_at, (SELECT branch_id FROM k), (SELECT assignee_id FROM k), {sender_name},
    EXISTS (SELECT 1 FROM told)
"""
FROM_CONTACT = _WRITE.format(
    told=told_with_message(Event.MESSAGE_IN, "k"),
    automatic="false",
    counters="""unread_count = unread_count + 1,
        waiting_since = COALESCE(waiting_since, %(moment)s::timestamptz, clock_timestamp())""",
    # A retry may come after the session went on from the conversation that has the message already.
    condition="""status = 'open' AND contact_id = %(contact)s AND (%(first)s OR last_message_id IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM messenger_contact c WHERE c.id = %(contact)s
            AND (c.is_blocked OR c.anonymized_at IS NOT NULL))
        AND NOT EXISTS (
            SELECT 1 FROM messenger_conversation o JOIN messenger_message m ON m.conversation_id = o.id
            WHERE o.contact_id = %(contact)s AND o.id <> %(conversation)s
                AND m.client_message_id = %(client_message_id)s::uuid
        )""",
    sender_name="(SELECT name FROM messenger_contact WHERE id = %(contact)s)",
)
# Whoever answers their own conversation has opened and read it.
TO_CONTACT = _WRITE.format(
    told=told_with_message(Event.MESSAGE_OUT, "k"),
    automatic="false",
    counters="""waiting_since = NULL,
        unread_count = CASE WHEN assignee_id = %(sender)s::bigint THEN 0 ELSE unread_count END,
        assignee_opened_at = CASE WHEN assignee_id = %(sender)s::bigint
            THEN COALESCE(assignee_opened_at, %(moment)s::timestamptz, clock_timestamp())
            ELSE assignee_opened_at END,
        escalation_failed_at = NULL,
        operator_read_up_to = CASE WHEN assignee_id = %(sender)s::bigint
            THEN GREATEST(operator_read_up_to, last_message_id) ELSE operator_read_up_to END""",
    condition="status = 'open'",
    sender_name="''",
)
# The operator in whose name it goes hasn't seen anything yet: it waits for them as before.
AUTOMATIC = _WRITE.format(
    told=told_with_message(Event.MESSAGE_OUT, "k"),
    automatic="true",
    counters="unread_count = unread_count",
    condition="""status = 'open' AND assignee_id = %(sender)s::bigint AND NOT EXISTS (
        SELECT 1 FROM messenger_message m WHERE m.conversation_id = %(conversation)s AND m.direction = 'out')""",
    sender_name="''",
)


class Posted(NamedTuple):
    """A message as stored; `created` is false where it had been sent before.

    `sender_name` is the contact's, as it reads now; empty for operators.
    """

    id: int
    conversation_id: int
    body: str
    created_at: datetime
    client_message_id: uuid.UUID | None
    sender_name: str
    created: bool
    attachments: Sequence[Attachment] = ()


def write(
    sql: str,
    conversation_id: int,
    text: str,
    client_message_id: uuid.UUID | None,
    values: dict[str, Any],
    files: Sequence[Attachment] = (),
) -> Posted | None:
    """Runs the statement and announces the message; None where the conversation's state forbids it.

    Rows of `files`, whose content is stored already, come into the same transaction, which must be open.
    """
    parameters = values | {
        "conversation": conversation_id,
        "body": text,
        "client_message_id": client_message_id,
        "moment": clock.set_moment(),
    }
    rows = fetch_all(sql, parameters)
    if not rows:
        return None
    message_id, created_at, branch_id, assignee_id, sender_name, is_told = rows[0]
    if is_told:
        wake_on_commit()
    if files:
        for attachment in files:
            attachment.message_id = message_id
        Attachment.objects.bulk_create(files)
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
    return Posted(
        message_id,
        conversation_id,
        text,
        created_at,
        client_message_id,
        sender_name,
        created=True,
        attachments=files,
    )
