"""Tells the streams to look: small events on Redis channels, ids only, after the commit.

The database is the truth. An event that gets lost delays a stream until its next look and loses nothing.
"""

from typing import Literal, TypedDict

import orjson
from django.db import transaction

from messenger.volatile import volatile

STAFF_CHANNEL = "messenger:staff"

Who = Literal["operator", "contact"]
EventType = Literal["message", "conversation", "typing", "read", "moved", "blocked"]


def conversation_channel(conversation_id: int) -> str:
    return f"messenger:conversation:{conversation_id}"


def branch_channel(branch_id: int) -> str:
    return f"messenger:branch:{branch_id}"


def operator_channel(user_id: int) -> str:
    return f"messenger:operator:{user_id}"


def version_key(conversation_id: int) -> str:
    """A number that every change of the conversation raises."""
    return f"messenger:version:{conversation_id}"


class Event(TypedDict, total=False):
    """`by` is who caused it, `to` the conversation in which the visitor's session goes on."""

    type: EventType
    conversation: int
    branch: int
    assignee: int | None
    message: int | None
    direction: str | None
    by: Who | None
    to: int


def publish_to_conversation(event: Event) -> None:
    """At once, to those who look at this conversation: typing, reading."""
    volatile.publish([conversation_channel(event["conversation"])], orjson.dumps(event))


def typing_key(conversation_id: int, who: Who) -> str:
    """Is there for eight seconds after somebody typed."""
    return f"messenger:typing:{conversation_id}:{who}"


def publish(event: Event) -> None:
    """On commit, to the conversation, its branch, the administrators and the assignee.

    Whoever wrote a message has stopped typing.
    """
    assignee = event.get("assignee")
    author = event.get("by") if event["type"] == "message" else None
    typed = typing_key(event["conversation"], author) if author else ""
    channels = [
        conversation_channel(event["conversation"]),
        branch_channel(event["branch"]),
        STAFF_CHANNEL,
        *([] if assignee is None else [operator_channel(assignee)]),
    ]
    version = version_key(event["conversation"])

    def announce() -> None:
        volatile.publish(channels, orjson.dumps(event), raising=version, deleting=typed)

    transaction.on_commit(announce)
