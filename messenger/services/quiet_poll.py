"""Answers a poll with nothing new from the cache: most polls are, and they needn't ask the database.

Each change of a conversation raises its version (`messenger.events`). A view is kept together with the version
that was read before the database was asked; it counts only while the version is the same. Where Redis lost a
version the view's short life bounds the delay; nothing is lost, because the next poll asks by the same id.
"""

from typing import Any

from messenger.events import typing_key, version_key
from messenger.models.contact import view_cache_key
from messenger.services.visitor_view import snapshot
from messenger.volatile import volatile

LIFE_SECONDS = 10


def poll(conversation_id: int, since_id: int) -> dict[str, Any] | None:
    """As `visitor_view.snapshot`."""
    keys = [
        version_key(conversation_id),
        view_cache_key(conversation_id),
        typing_key(conversation_id, "operator"),
    ]
    version, kept, typing = volatile.look(keys).values
    if kept and kept["version"] == version and since_id >= kept["view"]["last_id"]:
        view: dict[str, Any] = kept["view"]
        return view | {"operator_typing": bool(typing)}
    view_now = snapshot(conversation_id, since_id)
    if view_now and volatile.is_shared and not view_now["messages"] and since_id < 2**62:
        _keep(conversation_id, version, view_now)
    return view_now


def _keep(conversation_id: int, version: int | None, view: dict[str, Any]) -> None:
    volatile.set(view_cache_key(conversation_id), {"version": version, "view": view}, LIFE_SECONDS)
