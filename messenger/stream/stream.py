"""One open event stream: what is still to be written, and how it ends."""

import asyncio
import contextlib
import socket
import time
from typing import Any

from messenger.stream.wire import HEARTBEAT, Headers, Receive, Scope, Send

# A client that takes nothing for this long is cut, as is one behind which so much has gathered.
SEND_SECONDS = 20.0
BACKLOG_BYTES = 65_536
# A peer that vanished without a word is given up by the kernel.
SILENT_PEER_MILLISECONDS = 45_000


class Stream:
    """Writes without a task of its own: a drain exists only while the client has something to take.

    `key` is who counts for the limit of streams, `address` whence. The answer begins with the first write.
    """

    __slots__ = (
        "_drain",
        "_ending",
        "_head",
        "_outbox",
        "_patience",
        "_send",
        "_transport",
        "address",
        "key",
        "opened_at",
        "slot",
    )

    def __init__(self, receive: Receive, send: Send, *, head: Headers, key: str, address: str) -> None:
        self._send = send
        self._transport = _transport_of(receive)
        self._head: Headers | None = head
        self._outbox = b""
        self._drain: asyncio.Task[None] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._ending = False
        self.key = key
        self.address = address
        self.opened_at = time.monotonic()
        self.slot = 0

    @property
    def user_id(self) -> int | None:
        """Whose stream it is, if it is a user's."""
        return None

    @property
    def is_writing(self) -> bool:
        """The client has not yet taken what it was given last."""
        return self._drain is not None

    @property
    def is_ending(self) -> bool:
        return self._ending

    def write(self, data: bytes) -> None:
        if self._ending:
            return
        self._outbox += data
        if self._drain is None:
            self._begin_to_drain()
        elif len(self._outbox) > BACKLOG_BYTES:
            self.abort()

    def beat(self) -> None:
        """Shows that the stream lives; a client that is being written to sees it anyway."""
        if self._drain is None and self._head is None:
            self.write(HEARTBEAT)

    def finish(self) -> None:
        """Ends cleanly, after what is still to be written; one whose answer hasn't begun is refused."""
        if not self._ending:
            self._ending = True
            if self._drain is None and self._head is None:
                self._begin_to_drain()

    def abort(self) -> None:
        """Cuts the connection; what was not taken is lost, and asked for again by the client."""
        self._ending = True
        self._outbox = b""
        if self._transport is not None:
            self._transport.abort()

    def drained(self) -> None:
        """Called when the client has taken all."""

    async def wait(self, scope: Scope, receive: Receive) -> None:
        """Until the client has gone or the answer has ended."""
        # Nobody reads them any more, and they are a sixth of what a stream costs.
        scope["headers"].clear()
        while (await receive())["type"] != "http.disconnect":
            pass

    def _begin_to_drain(self) -> None:
        # Begun at once instead of scheduled: with room in the socket's buffer it is over when this returns.
        task = asyncio.Task(self._write_all(), loop=asyncio.get_running_loop(), eager_start=True)
        if not task.done():
            self._drain = task
            self._expect_progress()

    async def _write_all(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            await self._send({"type": "http.response.start", "status": 200, "headers": head})
        while self._outbox:
            data, self._outbox = self._outbox, b""
            await self._send({"type": "http.response.body", "body": data, "more_body": True})
            if self._drain is not None:
                self._expect_progress()
        if self._ending:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        if self._drain is not None:
            self._drain = None
            self._forget_progress()
        if not self._ending:
            self.drained()

    def _expect_progress(self) -> None:
        self._forget_progress()
        self._patience = asyncio.get_running_loop().call_later(SEND_SECONDS, self.abort)

    def _forget_progress(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def _transport_of(receive: Receive) -> Any:
    """uvicorn's transport, by which alone a client can be cut: ASGI has no word for it."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    peer = transport.get_extra_info("socket") if transport is not None else None
    if peer is not None:
        with contextlib.suppress(OSError):
            # The kernel would take megabytes for a client that takes nothing.
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BACKLOG_BYTES)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_PEER_MILLISECONDS)
    return transport
