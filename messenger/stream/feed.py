"""One conversation as visitors' streams see it: who listens, and what of a snapshot is new to whom."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from messenger.exceptions import Blocked, SessionInvalid
from messenger.services.typing import LIFE_SECONDS
from messenger.services.visitor_view import public
from messenger.stream.pubsub import Payload
from messenger.stream.wire import frame

if TYPE_CHECKING:
    from messenger.stream.visitor_stream import VisitorStream

# "Typing" ends by itself, which nobody publishes: a moment later one looks again.
TYPING_ENDS_SECONDS = LIFE_SECONDS + 0.2


class View:
    """A snapshot of a conversation: messages after `cursor`, and the state beside them."""

    __slots__ = ("_frames", "blocked", "cursor", "digest", "has_more", "last_id", "messages", "state")

    def __init__(self, snapshot: dict[str, Any], cursor: int) -> None:
        self.cursor = cursor
        self.blocked: bool = snapshot["blocked"]
        self.last_id: int = snapshot["last_id"]
        self.state = public(snapshot)
        self.messages: list[dict[str, Any]] = self.state.pop("messages")
        self.has_more: bool = self.state.pop("has_more")
        self.digest = hash(orjson.dumps(self.state))
        self._frames: dict[int, bytes] = {}

    @property
    def is_closed(self) -> bool:
        return bool(self.state["conversation"]["status"] == "closed")

    def ready(self, since_id: int) -> bytes:
        return frame("ready", {"since_id": since_id, **self.state})

    def update(self, since_id: int) -> bytes:
        """What a client that has everything up to `since_id` lacks; the same bytes for all who are as far."""
        if since_id not in self._frames:
            messages = [message for message in self.messages if message["id"] > since_id]
            last_id = max(since_id, self.last_id)
            data = {"messages": messages, "has_more": self.has_more, **self.state, "since_id": last_id}
            self._frames[since_id] = frame("update", data, last_id)
        return self._frames[since_id]


class Feed:
    """The streams of one conversation in this process; `want` has it loaded."""

    __slots__ = ("_follow", "_timer", "_want", "again", "conversation_id", "cursor", "is_loading", "streams")

    def __init__(
        self, conversation_id: int, want: Callable[["Feed"], None], follow: Callable[["Feed"], None]
    ) -> None:
        self.conversation_id = conversation_id
        self.streams: tuple[VisitorStream, ...] = ()
        self.is_loading = False
        self.again = False
        self.cursor = 0
        self._want = want
        self._follow = follow
        self._timer: asyncio.TimerHandle | None = None

    def hear(self, channel: str, payload: Payload) -> None:
        """An event says "look"; what the visitor does, or what they never see, is none."""
        kind = payload.get("type")
        if payload.get("direction") == "internal" or kind == "viewers":
            return
        if kind in ("typing", "read") and payload.get("by") == "contact":
            return
        if kind == "sessions_ended":
            for stream in self.streams:
                stream.finish()
            return
        if kind == "moved":
            self._follow(self)
        self.look()

    def look(self) -> None:
        self._want(self)

    def begin(self) -> bool:
        """Whether a load is of use; if so, it is under way and begins after `cursor`.

        Streams that are being written to don't count: a slow one would hold the page back for the others.
        """
        ready = [stream.last_id for stream in self.streams if not stream.is_writing]
        if not ready:
            for stream in self.streams:
                stream.is_behind = True
            return False
        self.is_loading, self.again = True, False
        self.cursor = min(ready)
        return True

    def end(self) -> bool:
        """Whether it is wanted once more."""
        self.is_loading = False
        return self.again

    def deliver(self, view: View | None) -> None:
        """Gives each stream what is new to it; without a view the conversation is gone."""
        for stream in self.streams:
            if view is None:
                stream.refuse(SessionInvalid())
            elif view.blocked:
                stream.refuse(Blocked())
            else:
                stream.offer(view)
        if view is not None and view.state["operator_typing"]:
            self.cancel_timer()
            self._timer = asyncio.get_running_loop().call_later(TYPING_ENDS_SECONDS, self.look)

    def cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
