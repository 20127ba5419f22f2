"""What a visitor may see of conversations: one statement for a poll, an update, or the catch-up of all streams.

It has queries of its own, which can't reach internal notes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from messenger.lib.sql import fetch_all
from messenger.services.typing import typing_operators

PAGE = 50

_SQL = """
SELECT k.id, k.status, k.operator_read_up_to, k.rated_at, contact.is_blocked, contact.name,
       inbox.rating_enabled, inbox.rating_type, k.assignee_id,
       COALESCE(NULLIF(profile.display_name, ''), assignee.first_name),
       m.id, m.direction, m.body, m.created_at, m.read_at, m.client_message_id, m.sender_name
FROM unnest(%s::bigint[], %s::bigint[]) AS cursor (conversation_id, since_id)
JOIN messenger_conversation k ON k.id = cursor.conversation_id
JOIN messenger_contact contact ON contact.id = k.contact_id
JOIN messenger_inbox inbox ON inbox.id = k.inbox_id
LEFT JOIN crm_user assignee ON assignee.id = k.assignee_id
LEFT JOIN messenger_agentprofile profile ON profile.user_id = k.assignee_id
LEFT JOIN LATERAL (
    {messages}
) m ON true
ORDER BY k.id, m.id
"""
_MESSAGES = """
    SELECT m.id, m.direction, m.body, m.created_at, m.read_at, m.client_message_id,
           COALESCE(NULLIF(p.display_name, ''), u.first_name) AS sender_name
    FROM messenger_message m
    LEFT JOIN crm_user u ON u.id = m.sender_user_id
    LEFT JOIN messenger_agentprofile p ON p.user_id = m.sender_user_id
    WHERE m.conversation_id = k.id AND m.direction <> 'internal' AND m.id > cursor.since_id
    ORDER BY m.id {order} LIMIT {limit}
"""
NEW_SQL = _SQL.format(messages=_MESSAGES.format(order="", limit=PAGE + 1))
LAST_SQL = _SQL.format(messages=_MESSAGES.format(order="DESC", limit=PAGE))


def snapshots(cursors: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    """The poll answer of each conversation for the last message id seen in it, by conversation id.

    `messages` holds what is newer, oldest first, at most 50, with `has_more`. `blocked` and `last_id` are for
    the caller and are taken out by `public`. A conversation that is gone has no entry. One statement.
    """
    return _load(NEW_SQL, cursors)


def snapshot(conversation_id: int, since_id: int) -> dict[str, Any] | None:
    """`snapshots` for one conversation."""
    return snapshots({conversation_id: since_id}).get(conversation_id)


def latest(conversation_id: int) -> dict[str, Any] | None:
    """The same with the last 50 messages, as a widget begins with."""
    return _load(LAST_SQL, {conversation_id: 0}).get(conversation_id)


def public(view: dict[str, Any]) -> dict[str, Any]:
    """What of a snapshot goes to the visitor."""
    return {name: value for name, value in view.items() if name not in ("blocked", "last_id")}


def _load(sql: str, cursors: Mapping[int, int]) -> dict[int, dict[str, Any]]:
    rows = fetch_all(sql, [list(cursors), list(cursors.values())])
    views: dict[int, dict[str, Any]] = {}
    for row in rows:
        view = views.get(row[0])
        if view is None:
            view = views[row[0]] = _conversation(row, cursors[row[0]])
        if row[10] is not None:
            _add_message(view, row)
    typing = typing_operators(list(views)) if views else set()
    for pk in typing:
        views[pk]["operator_typing"] = True
    return views


def _conversation(row: tuple[Any, ...], since_id: int) -> dict[str, Any]:
    (
        pk,
        status,
        read_up_to,
        rated_at,
        blocked,
        _name,
        rating_enabled,
        rating_type,
        assignee_id,
        assignee_name,
    ) = row[:10]
    return {
        "messages": [],
        "has_more": False,
        "operator_typing": False,
        "operator_read_up_to": read_up_to,
        "rating_requested": bool(rating_enabled and rated_at is None and status in ("resolved", "closed")),
        "rating_type": rating_type,
        "rating_max_score": 10 if rating_type == "nps" else 5,
        "conversation": {
            "id": pk,
            "status": status,
            "assignee_name": (assignee_name or _("Operator")) if assignee_id else None,
            "assignee_avatar": None,
        },
        "blocked": blocked,
        "last_id": since_id,
    }


def _add_message(view: dict[str, Any], row: tuple[Any, ...]) -> None:
    if len(view["messages"]) == PAGE:
        view["has_more"] = True
        return
    pk, direction, body, created_at, read_at, client_message_id, operator = row[10:]
    view["messages"].append(
        {
            "id": pk,
            "direction": direction,
            "body": body,
            "created_at": moment(created_at),
            "read_at": moment(read_at),
            "sender_name": (operator or _("Operator")) if direction == "out" else row[5] or None,
            "sender_avatar": None,
            "client_message_id": str(client_message_id) if client_message_id else None,
            "attachments": [],
        }
    )
    view["last_id"] = pk


def moment(value: datetime | None) -> str | None:
    """ISO 8601 with milliseconds and offset, as every time of the interface."""
    return None if value is None else timezone.localtime(value).isoformat(timespec="milliseconds")
