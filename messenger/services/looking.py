"""Which operators have a conversation before their eyes: each tab says so again and again.

Without Redis nobody knows, and nothing else suffers.
"""

from typing import NamedTuple

from crm.models import User
from messenger.events import publish_to_conversation
from messenger.volatile import volatile

# A tab says so every 15 s (looking.js): one sign may get lost.
LIFE_SECONDS = 30


class Viewer(NamedTuple):
    """A tab: `key` names it; `left_ms` is how long it is believed from now on."""

    key: str
    user: User
    left_ms: int


def viewers_key(conversation_id: int) -> str:
    return f"messenger:viewers:{conversation_id}"


def look(*, conversation_id: int, operator: User, tab: str) -> list[Viewer]:
    """The operator's tab shows the conversation: who else looks. The others are told where it is new."""
    key = _member(operator, tab)
    found = volatile.join(viewers_key(conversation_id), key, LIFE_SECONDS)
    if found is None:
        return []
    is_new, left = found
    if is_new:
        _tell(conversation_id, operator, key, LIFE_SECONDS * 1000)
    users = User.objects.in_bulk({_user_id(member) for member in left} - {operator.pk})
    return [
        Viewer(member, users[_user_id(member)], milliseconds)
        for member, milliseconds in left.items()
        if _user_id(member) in users
    ]


def leave(*, conversation_id: int, operator: User, tab: str) -> None:
    """The tab shows something else now, or is closed."""
    key = _member(operator, tab)
    if volatile.leave(viewers_key(conversation_id), key):
        _tell(conversation_id, operator, key, 0)


def _tell(conversation_id: int, operator: User, key: str, left_ms: int) -> None:
    """With the name: nothing about it stands in the database, where the pages could look."""
    publish_to_conversation(
        {
            "type": "viewers",
            "conversation": conversation_id,
            "user": operator.pk,
            "viewer": key,
            "name": operator.display_name,
            "left_ms": left_ms,
        }
    )


def _member(operator: User, tab: str) -> str:
    return f"{operator.pk}:{tab}"


def _user_id(member: str) -> int:
    return int(member.partition(":")[0])
