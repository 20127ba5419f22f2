"""Changes a locked conversation: row, event and announcement belong together."""

from typing import Any

from crm.models import User
from messenger.events import Event, publish
from messenger.lib import clock
from messenger.models import Conversation, ConversationEvent


def change(
    conversation: Conversation,
    *,
    kind: str,
    actor: User | None,
    data: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """Writes `values` into the row, and tells what was done by whom; `actor` is None for visitor and system."""
    was_branch, was_assignee = conversation.branch_id, conversation.assignee_id
    for name, value in values.items():
        setattr(conversation, name, value)
    conversation.save(update_fields=list(values))
    note(conversation, kind=kind, actor=actor, data=data)
    event = event_of(conversation, kind=kind, actor=actor)
    if was_branch != conversation.branch_id:
        event["was_branch"] = was_branch
    if was_assignee is not None and was_assignee != conversation.assignee_id:
        event["was_assignee"] = was_assignee
    publish(event)


def event_of(conversation: Conversation, *, kind: str, actor: User | None) -> Event:
    """What is announced of a change, for those who have the conversation now."""
    event: Event = {
        "type": "conversation",
        "kind": kind,
        "conversation": conversation.pk,
        "branch": conversation.branch_id,
        "assignee": conversation.assignee_id,
        "by": "operator" if actor else "contact",
    }
    if actor is not None:
        event["actor"] = actor.pk
    return event


def note(
    conversation: Conversation, *, kind: str, actor: User | None = None, data: dict[str, Any] | None = None
) -> None:
    """Adds a line to the timeline."""
    moment = clock.set_moment()
    ConversationEvent.objects.create(
        conversation=conversation,
        kind=kind,
        actor=actor,
        data=data or {},
        **({"created_at": moment} if moment else {}),
    )
