"""Answers a poll with nothing new from the cache: most polls are, and they needn't ask the database.

Each change of a conversation raises its version (`messenger.events`). A view is kept together with the version
that was read before the database was asked; it counts only while the version is the same. Where Redis lost a
version the view's short life bounds the delay; nothing is lost, because the next poll asks by the same id.

Which conversation a session is in is known only when the door has let it in, and that takes a look into the cache. So
the door looks for what the session's last conversation has there as well, and a second look is seldom needed.
"""

from collections.abc import Mapping
from typing import Any

from messenger.events import typing_key, version_key
from messenger.models.contact import view_cache_key
from messenger.services.visitor_view import snapshot
from messenger.utils import session_digest
from messenger.volatile import volatile

LIFE_SECONDS = 10
MOST_REMEMBERED = 50_000

_last_conversations: dict[str, int] = {}


def likely_keys(session_token: str) -> list[str]:
    """Of the conversation that the session was in when it asked this process last."""
    conversation_id = _last_conversations.get(session_digest(session_token))
    return [] if conversation_id is None else keys_of(conversation_id)


def remember(session_token: str, conversation_id: int) -> None:
    if len(_last_conversations) >= MOST_REMEMBERED:
        _last_conversations.clear()
    _last_conversations[session_digest(session_token)] = conversation_id


def poll(conversation_id: int, since_id: int, kept: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """As `visitor_view.snapshot`; `kept` is what was found in the cache a moment ago, by key."""
    keys = keys_of(conversation_id)
    found = [kept[key] for key in keys] if kept and kept.keys() >= {*keys} else volatile.look(keys).values
    version, view_then, typing = found
    if view_then and view_then["version"] == version and since_id >= view_then["view"]["last_id"]:
        view: dict[str, Any] = view_then["view"]
        return view | {"operator_typing": bool(typing)}
    view_now = snapshot(conversation_id, since_id)
    if view_now and volatile.is_shared and not view_now["messages"] and since_id < 2**62:
        _keep(conversation_id, version, view_now)
    return view_now


def keys_of(conversation_id: int) -> list[str]:
    """What the cache may have of the conversation: its version, its view and whether an operator is typing."""
    return [
        version_key(conversation_id),
        view_cache_key(conversation_id),
        typing_key(conversation_id, "operator"),
    ]


def _keep(conversation_id: int, version: int | None, view: dict[str, Any]) -> None:
    volatile.set(view_cache_key(conversation_id), {"version": version, "view": view}, LIFE_SECONDS)
