"""A visitor's stream: its place in the conversation, and what it was told last."""

import asyncio

from messenger.exceptions import MessengerError, Unavailable
from messenger.stream.feed import Feed, View
from messenger.stream.metering import STREAM_CAUGHT_UP, VISITORS, note_delivery
from messenger.stream.stream import Stream
from messenger.stream.wire import Headers, Receive, Send


class VisitorStream(Stream):
    """Is offered snapshots. While the client is slow it takes none and looks again later, so nothing gathers.

    `opened` ends with the first snapshot: with None, or with the error to answer instead of a stream.
    """

    __slots__ = ("_digest", "feed", "is_behind", "last_id", "opened")

    def __init__(
        self, receive: Receive, send: Send, *, head: Headers, key: str, address: str, since_id: int
    ) -> None:
        super().__init__(receive, send, head=head, key=key, address=address)
        self.last_id = since_id
        self.is_behind = False
        self.feed: Feed | None = None
        self.opened: asyncio.Future[None] | None = asyncio.get_running_loop().create_future()
        self._digest: int | None = None

    def offer(self, view: View) -> None:
        if self.is_ending:
            return
        if self.is_writing:
            self.is_behind = True
            return
        is_new = self.last_id < view.last_id
        if self.last_id < view.cursor or (view.has_more and not is_new):
            # The page begins behind this stream's place, or ends before it: one more is needed.
            self._look()
            return
        data = view.ready(self.last_id) if self._digest is None else b""
        if is_new or self._digest not in (None, view.digest):
            data += view.update(self.last_id)
        if data:
            self._count(view, is_new)
        self._digest = view.digest
        self.last_id = max(self.last_id, view.last_id)
        self.is_behind = view.has_more
        if data:
            self.write(data)
        self._open()

    def _count(self, view: View, is_new: bool) -> None:
        VISITORS.events.inc()
        if not is_new:
            return
        if self._digest is not None:
            missing = next(message for message in view.messages if message["id"] > self.last_id)
            note_delivery(missing["created_at"])
        elif self.last_id > 0:
            STREAM_CAUGHT_UP.inc()

    def refuse(self, error: MessengerError) -> None:
        """Ends the stream, or answers the error if it hasn't begun."""
        if not self.give_up_opening(error):
            self.finish()

    def give_up_opening(self, error: MessengerError) -> bool:
        """Whether it was still being opened, and answers the error now."""
        if self.opened is None or self.opened.done():
            return False
        self.opened.set_exception(error)
        return True

    def finish(self) -> None:
        super().finish()
        self.give_up_opening(Unavailable())

    def drained(self) -> None:
        if self.is_behind:
            self.is_behind = False
            self._look()

    def _look(self) -> None:
        if self.feed is not None:
            self.feed.look()

    def _open(self) -> None:
        if self.opened is not None and not self.opened.done():
            self.opened.set_result(None)
