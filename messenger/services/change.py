"""Changes a locked conversation: row, event and announcement belong together."""

from typing import Any

from crm.models import User
from messenger.events import publish
from messenger.models import Conversation, ConversationEvent


def change(
    conversation: Conversation,
    *,
    kind: str,
    actor: User | None,
    data: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """Writes `values` into the row, and tells what was done by whom; `actor` is None for the visitor."""
    for name, value in values.items():
        setattr(conversation, name, value)
    conversation.save(update_fields=list(values))
    ConversationEvent.objects.create(conversation=conversation, kind=kind, actor=actor, data=data or {})
    publish(
        {
            "type": "conversation",
            "conversation": conversation.pk,
            "branch": conversation.branch_id,
            "assignee": conversation.assignee_id,
            "by": "operator" if actor else "contact",
        }
    )
