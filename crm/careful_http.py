"""uvicorn's protocol, with an end to heads that come slowly or never stop: `uvicorn --http crm.careful_http:Protocol`.

By itself uvicorn waits for a head without end, and keeps whatever of it has come. A proxy in front does the same job; a
small installation may have none. Bodies are for `crm.request_body`.
"""

from asyncio import TimerHandle, Transport

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# From the connection, or from a later request's first byte, until the head is whole.
HEAD_SECONDS = 15.0
HEAD_BYTES = 65_536
HEAD_LINES = 200

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class _TooLarge(Exception):
    pass


class Protocol(HttpToolsProtocol):
    """One connection."""

    _patience: TimerHandle | None = None
    # Bytes since the head began that its end was not among, and what its lines have.
    _unfinished = 0
    _head_bytes = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self._patience is not None:
            # A single line of any length is known to the parser alone until it ends.
            self._unfinished += len(data)
            if self._unfinished > HEAD_BYTES:
                self._end(_TOO_LARGE)

    def on_message_begin(self) -> None:
        self._unfinished = self._head_bytes = 0
        if self._patience is None:
            self._wait()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Also the way out of `_count`."""
        self._stop_waiting()
        if self._is_too_large():
            self._end(_TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _count(self, *parts: bytes) -> None:
        self._head_bytes += sum(map(len, parts))
        if self._is_too_large():
            raise _TooLarge

    def _is_too_large(self) -> bool:
        return self._head_bytes > HEAD_BYTES or len(self.headers or ()) >= HEAD_LINES

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_SECONDS, self._end, _TOO_SLOW)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _end(self, answer: bytes) -> None:
        self._stop_waiting()
        if self.transport.is_closing():
            return
        # Browsers open connections ahead: one on which nothing was asked is closed without a word.
        if self.scope is not None and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(answer)
        self.transport.close()
