"""Tells the streams to look: small events on Redis channels, ids only, after the commit.

The database is the truth. An event that gets lost delays a stream until its next look and loses nothing.
"""

from typing import Literal, TypedDict

import orjson
from django.db import transaction

from crm.monitoring.metrics import MESSAGES
from messenger.volatile import volatile

STAFF_CHANNEL = "messenger:staff"
# Nothing is published on it: who listens is a stream process that is alive.
STREAM_SERVICE_CHANNEL = "messenger:stream-service"

Who = Literal["operator", "contact"]
EventType = Literal[
    "message",
    "conversation",
    "typing",
    "read",
    "moved",
    "blocked",
    "alert",
    "presence",
    "viewers",
    "mention",
    "standing",
    "sessions_ended",
]


def conversation_channel(conversation_id: int) -> str:
    return f"messenger:conversation:{conversation_id}"


def visitor_channel(conversation_id: int) -> str:
    """Nothing is published on it: who listens is a visitor with an open page."""
    return f"messenger:visitor:{conversation_id}"


def branch_channel(branch_id: int) -> str:
    return f"messenger:branch:{branch_id}"


def operator_channel(user_id: int) -> str:
    return f"messenger:operator:{user_id}"


def version_key(conversation_id: int) -> str:
    """A number that every change of the conversation raises."""
    return f"messenger:version:{conversation_id}"


class Event(TypedDict, total=False):
    """`by` is who caused it, `to` the conversation in which the visitor's session goes on.

    `kind` is that of the conversation's event, `actor` the user who did it; `was_branch` and `was_assignee` had it
    before and have it no more.
    """

    type: EventType
    conversation: int
    branch: int
    assignee: int | None
    was_branch: int
    was_assignee: int
    kind: str
    actor: int
    user: int
    message: int | None
    direction: str | None
    by: Who | None
    to: int
    viewer: str
    name: str
    left_ms: int


def publish_to_conversation(event: Event) -> None:
    """At once, to those who look at this conversation: typing, reading."""
    volatile.publish([conversation_channel(event["conversation"])], orjson.dumps(event))


def typing_key(conversation_id: int, who: Who) -> str:
    """Is there for eight seconds after somebody typed."""
    return f"messenger:typing:{conversation_id}:{who}"


def publish(event: Event) -> None:
    """On commit, to the conversation, its branch, the administrators and the assignee, and to who had it before.

    Whoever wrote a message has stopped typing. Of a note the visitor's side has nothing to look for.
    """
    is_note = event.get("direction") == "internal"
    author = event.get("by") if event["type"] == "message" and not is_note else None
    typed = typing_key(event["conversation"], author) if author else ""
    branches = [event["branch"], event.get("was_branch")]
    operators = [event.get("assignee"), event.get("was_assignee")]
    channels = [
        conversation_channel(event["conversation"]),
        STAFF_CHANNEL,
        *(branch_channel(branch_id) for branch_id in branches if branch_id is not None),
        *(operator_channel(user_id) for user_id in operators if user_id is not None),
    ]
    version = "" if is_note else version_key(event["conversation"])

    def announce() -> None:
        if event["type"] == "message":
            MESSAGES.labels(event.get("direction")).inc()
        volatile.publish(channels, orjson.dumps(event), raising=version, deleting=typed)

    transaction.on_commit(announce)


def publish_alert(event: Event) -> None:
    """On commit, to the administrators: their streams leave it to those of the branch and of all branches."""
    transaction.on_commit(lambda: volatile.publish([STAFF_CHANNEL], orjson.dumps(event)))


def publish_presence(*, user_id: int, branch_id: int | None) -> None:
    """On commit, to the colleagues of somebody who came, went, or changed their status."""
    event: Event = {"type": "presence", "user": user_id}
    channels = [STAFF_CHANNEL, *([] if branch_id is None else [branch_channel(branch_id)])]
    transaction.on_commit(lambda: volatile.publish(channels, orjson.dumps(event)))


def publish_mention(*, conversation_id: int, user_id: int, actor_id: int) -> None:
    """On commit, to the colleague whom a note names."""
    event: Event = {"type": "mention", "conversation": conversation_id, "user": user_id, "actor": actor_id}
    transaction.on_commit(lambda: volatile.publish([operator_channel(user_id)], orjson.dumps(event)))


def publish_standing(user_id: int) -> None:
    """On commit, to the streams of a user whose session, role or branch may have changed: they ask again."""
    event: Event = {"type": "standing", "user": user_id}
    transaction.on_commit(lambda: volatile.publish([operator_channel(user_id)], orjson.dumps(event)))


def publish_end_of_sessions(conversation_id: int) -> None:
    """At once, to the visitors' streams of a conversation: each ends, and only who still has a session comes back."""
    publish_to_conversation({"type": "sessions_ended", "conversation": conversation_id})
