"""Who is typing: keys that live eight seconds."""

from typing import NamedTuple

from crm.models import User
from messenger.events import Event, Who, publish_to_conversation, typing_key
from messenger.volatile import volatile

LIFE_SECONDS = 8


class TypingState(NamedTuple):
    operator: bool
    contact: bool


def mark_typing(conversation_id: int, who: Who, *, operator: User | None = None) -> None:
    """Remembers it and tells whoever looks at the conversation; `operator` is who, for their colleagues."""
    volatile.set(typing_key(conversation_id, who), 1, LIFE_SECONDS)
    event: Event = {"type": "typing", "conversation": conversation_id, "by": who}
    if operator is not None:
        event |= {"actor": operator.pk, "name": operator.display_name}
    publish_to_conversation(event)


def typing_state(conversation_id: int) -> TypingState:
    keys = [typing_key(conversation_id, "operator"), typing_key(conversation_id, "contact")]
    operator, contact = volatile.look(keys, []).values
    return TypingState(bool(operator), bool(contact))


def typing_operators(conversation_ids: list[int]) -> set[int]:
    """Those of the conversations in which the operator is typing, in one round trip."""
    values = volatile.look([typing_key(pk, "operator") for pk in conversation_ids], []).values
    return {pk for pk, value in zip(conversation_ids, values, strict=True) if value}
