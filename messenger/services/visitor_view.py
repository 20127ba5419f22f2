"""What a visitor may see of conversations: one statement for a poll, an update, or the catch-up of all streams.

It has queries of its own, which can't reach internal notes. A visitor sees one thread: all conversations of the
contact in the inbox. One of them at most is active, and each goes on only after the one before was closed, so ids
become visible in order over all of them, and what was answered just before the end is not lost in the next one.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from messenger.lib.sql import fetch_all
from messenger.models import Conversation, Inbox
from messenger.services import attachment_links
from messenger.services.typing import typing_operators

PAGE = 50
# For the server alone: whether the contact is blocked, the last message's id, where a closed conversation goes on.
PRIVATE = ("blocked", "last_id", "successor")

# The arrays are sub-selects, whose length the planner doesn't see: else a plan for this very length is always cheaper
# than the prepared one, and eight tables are planned anew each time, for 2 ms of CPU where the rest takes 0.25.
_SQL = """
SELECT k.id, k.status, k.operator_read_up_to, k.rated_at, contact.is_blocked, contact.name,
       inbox.rating_enabled, inbox.rating_type,
       CASE WHEN k.status = 'closed' THEN (
           SELECT s.id FROM messenger_conversation s
           WHERE s.inbox_id = k.inbox_id AND s.contact_id = k.contact_id AND s.status <> 'closed'
       ) END,
       k.assignee_id,
       COALESCE(NULLIF(profile.display_name, ''), assignee.first_name),
       m.id, m.direction, m.body, m.created_at, m.read_at, m.client_message_id, m.sender_name,
       (SELECT json_agg(json_build_object('id', a.id, 'original_name', a.original_name, 'content_type', a.content_type,
            'size', a.size, 'width', a.width, 'height', a.height) ORDER BY a.created_at, a.id)
        FROM messenger_attachment a WHERE a.message_id = m.id)
FROM unnest((SELECT %s::bigint[]), (SELECT %s::bigint[])) AS cursor (conversation_id, since_id)
JOIN messenger_conversation k ON k.id = cursor.conversation_id
JOIN messenger_contact contact ON contact.id = k.contact_id AND contact.anonymized_at IS NULL
JOIN messenger_inbox inbox ON inbox.id = k.inbox_id
LEFT JOIN crm_user assignee ON assignee.id = k.assignee_id
LEFT JOIN messenger_agentprofile profile ON profile.user_id = k.assignee_id
LEFT JOIN LATERAL (
    {messages}
) m ON true
ORDER BY k.id, m.id
"""
# An array of one conversation, and ordered by it as well: else the planner takes the index of all messages' ids where
# few conversations have most of them, and reads them all for one that has none.
_MESSAGES = """
    SELECT m.id, m.direction, m.body, m.created_at, m.read_at, m.client_message_id,
           COALESCE(NULLIF(p.display_name, ''), u.first_name) AS sender_name
    FROM (
        SELECT o.id, o.last_message_id FROM messenger_conversation o
        WHERE o.contact_id = k.contact_id AND o.inbox_id = k.inbox_id AND o.last_message_id > cursor.since_id
        ORDER BY o.last_message_id DESC LIMIT {conversations}
    ) o
    CROSS JOIN LATERAL (
        SELECT * FROM messenger_message n
        WHERE n.conversation_id = ANY (ARRAY[o.id]) AND n.direction <> 'internal' AND n.id > cursor.since_id
        ORDER BY n.conversation_id {order}, n.id {order} LIMIT {limit}
    ) m
    LEFT JOIN crm_user u ON u.id = m.sender_user_id
    LEFT JOIN messenger_agentprofile p ON p.user_id = m.sender_user_id
    ORDER BY m.id {order} LIMIT {limit}
"""
NEW_SQL = _SQL.format(messages=_MESSAGES.format(order="", limit=PAGE + 1, conversations="ALL"))
LAST_SQL = _SQL.format(messages=_MESSAGES.format(order="DESC", limit=PAGE, conversations=PAGE))


def snapshots(cursors: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    """The poll answer of each conversation for the last message id seen in it, by conversation id.

    `messages` holds what is newer, oldest first, at most 50, with `has_more`. `public` takes out what is for the
    server alone. A conversation that is gone has no entry. One statement.
    """
    return _load(NEW_SQL, cursors)


def snapshot(conversation_id: int, since_id: int) -> dict[str, Any] | None:
    """`snapshots` for one conversation."""
    return snapshots({conversation_id: since_id}).get(conversation_id)


def latest(conversation_id: int) -> dict[str, Any] | None:
    """The same with the last 50 messages, as a widget begins with."""
    return _load(LAST_SQL, {conversation_id: 0}).get(conversation_id)


def of_new(conversation: Conversation, inbox: Inbox) -> dict[str, Any]:
    """The same of a conversation that was made just now: nothing is asked of the database."""
    nothing = dict.fromkeys(Row._fields)
    known = {
        "conversation_id": conversation.pk,
        "status": conversation.status,
        "operator_read_up_to": 0,
        "blocked": False,
        "rating_enabled": inbox.rating_enabled,
        "rating_type": inbox.rating_type,
    }
    return _conversation(Row(**nothing | known), since_id=0)  # type: ignore[arg-type]


def public(view: dict[str, Any]) -> dict[str, Any]:
    """What of a snapshot goes to the visitor."""
    return {name: value for name, value in view.items() if name not in PRIVATE}


class Row(NamedTuple):
    """What the statement selects: a conversation, and one of its messages or none."""

    conversation_id: int
    status: str
    operator_read_up_to: int
    rated_at: datetime | None
    blocked: bool
    contact_name: str
    rating_enabled: bool
    rating_type: str
    successor: int | None
    assignee_id: int | None
    assignee_name: str | None
    id: int | None
    direction: str
    body: str
    created_at: datetime
    read_at: datetime | None
    client_message_id: uuid.UUID | None
    sender_name: str | None
    attachments: list[dict[str, Any]] | None


def _load(sql: str, cursors: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    views: dict[int, dict[str, Any]] = {}
    for row in map(Row._make, fetch_all(sql, [list(cursors), list(cursors.values())])):
        view = views.get(row.conversation_id)
        if view is None:
            view = views[row.conversation_id] = _conversation(row, cursors[row.conversation_id])
        if row.id is not None:
            _add_message(view, row)
    typing = typing_operators(list(views)) if views else set()
    for pk in typing:
        views[pk]["operator_typing"] = True
    return views


def _conversation(row: Row, since_id: int) -> dict[str, Any]:
    ended = row.status in ("resolved", "closed")
    return {
        "messages": [],
        "has_more": False,
        "operator_typing": False,
        "operator_read_up_to": row.operator_read_up_to,
        "rating_requested": row.rating_enabled and row.rated_at is None and ended,
        "rating_type": row.rating_type,
        "rating_max_score": 10 if row.rating_type == "nps" else 5,
        "conversation": {
            "id": row.conversation_id,
            "status": row.status,
            "assignee_name": (row.assignee_name or _("Operator")) if row.assignee_id else None,
            "assignee_avatar": None,
        },
        "blocked": row.blocked,
        "last_id": since_id,
        "successor": row.successor,
    }


def _add_message(view: dict[str, Any], row: Row) -> None:
    if len(view["messages"]) == PAGE:
        view["has_more"] = True
        return
    is_answer = row.direction == "out"
    view["messages"].append(
        {
            "id": row.id,
            "direction": row.direction,
            "body": row.body,
            "created_at": moment(row.created_at),
            "read_at": moment(row.read_at),
            "sender_name": (row.sender_name or _("Operator")) if is_answer else row.contact_name or None,
            "sender_avatar": None,
            "client_message_id": str(row.client_message_id) if row.client_message_id else None,
            "attachments": [attachment_links.shape(one) for one in row.attachments or []],
        }
    )
    view["last_id"] = row.id


def moment(value: datetime | None) -> str | None:
    """ISO 8601 with milliseconds and offset, as every time of the interface."""
    return None if value is None else timezone.localtime(value).isoformat(timespec="milliseconds")
