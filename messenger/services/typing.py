"""Who is typing: keys that live eight seconds."""

from typing import NamedTuple

from messenger.events import Who, publish_to_conversation, typing_key
from messenger.volatile import volatile

LIFE_SECONDS = 8


class TypingState(NamedTuple):
    operator: bool
    contact: bool


def mark_typing(conversation_id: int, who: Who) -> None:
    """Remembers it and tells whoever looks at the conversation."""
    volatile.set(typing_key(conversation_id, who), 1, LIFE_SECONDS)
    publish_to_conversation({"type": "typing", "conversation": conversation_id, "by": who})


def typing_state(conversation_id: int) -> TypingState:
    keys = [typing_key(conversation_id, "operator"), typing_key(conversation_id, "contact")]
    operator, contact = volatile.look(keys, []).values
    return TypingState(bool(operator), bool(contact))


def typing_operators(conversation_ids: list[int]) -> set[int]:
    """Those of the conversations in which the operator is typing, in one round trip."""
    values = volatile.look([typing_key(pk, "operator") for pk in conversation_ids], []).values
    return {pk for pk, value in zip(conversation_ids, values, strict=True) if value}
