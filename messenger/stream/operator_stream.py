"""An operator's stream: which channels it listens to, and which of their events it passes on."""

import time
from collections.abc import Callable
from typing import get_args

from messenger.events import STAFF_CHANNEL, EventType, branch_channel, conversation_channel, operator_channel
from messenger.stream.metering import OPERATORS
from messenger.stream.operator_session import Identity
from messenger.stream.pubsub import Payload
from messenger.stream.stream import Stream
from messenger.stream.wire import Headers, Receive, Send, frame

# All that is published; "standing" is for the stream itself.
EVENTS: frozenset[str] = frozenset(get_args(EventType)) - {"standing"}
COUNTED = frozenset({"message", "conversation", "read"})


class OperatorStream(Stream):
    """Passes events on as they are: ids only. `recount` is asked when the user's badge may have changed.

    `beats_itself`: the page says by requests of its own that it is there. A laptop that was closed leaves a stream
    behind that looks open for a quarter of an hour, longer than any lease.
    """

    __slots__ = (
        "_recount",
        "beats_itself",
        "channels",
        "check_at",
        "conversation_id",
        "identity",
        "session_key",
        "unread",
    )

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        head: Headers,
        address: str,
        identity: Identity,
        session_key: str,
        conversation_id: int | None,
        beats_itself: bool,
        recount: Callable[[int], None],
    ) -> None:
        super().__init__(receive, send, head=head, key=f"user:{identity.user_id}", address=address)
        self.identity = identity
        self.session_key = session_key
        self.conversation_id = conversation_id
        self.beats_itself = beats_itself
        self.channels: frozenset[str] = frozenset()
        self.check_at = time.monotonic()
        self._recount = recount
        self.unread: int | None = None

    @property
    def user_id(self) -> int | None:
        return self.identity.user_id

    def wanted_channels(self) -> frozenset[str]:
        """What this identity may hear."""
        wanted = {operator_channel(self.identity.user_id)}
        if self.identity.sees_all:
            wanted.add(STAFF_CHANNEL)
        elif self.identity.branch_id is not None:
            wanted.add(branch_channel(self.identity.branch_id))
        if self.identity.sees_conversation and self.conversation_id is not None:
            wanted.add(conversation_channel(self.conversation_id))
        return frozenset(wanted)

    def hear(self, channel: str, payload: Payload) -> None:
        """Each event reaches a stream by several channels and is passed on from one of them."""
        kind = payload.get("type")
        if kind == "standing":
            self.check_at = 0.0
        if kind not in EVENTS:
            return
        if self._is_for_me(channel, payload):
            self.write(frame(kind, payload))
            OPERATORS.events.inc()
        elif self._is_out_of_sight(payload):
            self.check_at = 0.0
        if kind in COUNTED and channel == operator_channel(self.identity.user_id):
            self._recount(self.identity.user_id)

    def show_unread(self, unread: int) -> None:
        if unread != self.unread:
            self.unread = unread
            self.write(frame("unread", {"unread": unread}))

    def _is_for_me(self, channel: str, payload: Payload) -> bool:
        if "branch" not in payload:
            return True  # Typing goes to the conversation's channel alone, presence to the branch's.
        if payload["type"] == "alert":
            return self.identity.branch_id in {None, payload["branch"]}
        if channel == operator_channel(self.identity.user_id):
            branches = {payload["branch"], payload.get("was_branch")}
            return not (self.identity.sees_all or self.identity.branch_id in branches)
        return self.conversation_id is None or channel != conversation_channel(self.conversation_id)

    def _is_out_of_sight(self, payload: Payload) -> bool:
        """The open conversation may have gone to another branch."""
        return (
            payload.get("conversation") == self.conversation_id
            and not self.identity.sees_all
            and payload["branch"] != self.identity.branch_id
            and payload.get("assignee") != self.identity.user_id
        )
