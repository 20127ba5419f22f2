"""A client of event streams, as simple as a browser's: it reads events in order and knows the last id."""

import json
import socket
import time
from dataclasses import dataclass
from typing import Any, Self

PATIENCE_SECONDS = 10.0


@dataclass
class Event:
    name: str
    data: Any
    id: str


class StreamClient:
    """An open answer; events are read on demand. A small `receive_buffer` makes a slow client."""

    def __init__(
        self, port: int, path: str, headers: dict[str, str], method: str = "GET", receive_buffer: int = 0
    ) -> None:
        self._socket = socket.socket()
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(PATIENCE_SECONDS)
        self._socket.connect(("127.0.0.1", port))
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            *(f"{k}: {v}" for k, v in headers.items()),
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape"))
        self._raw = b""
        self._body = b""
        self.comments = 0
        self.ended = False
        status, *fields = self._head().split("\r\n")
        self.status = int(status.split(" ")[1])
        self.headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}

    @property
    def local_port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def json(self) -> Any:
        length = int(self.headers["content-length"])
        while len(self._raw) < length:
            self._receive(time.monotonic() + PATIENCE_SECONDS)
        return json.loads(self._raw[:length])

    def next(self, seconds: float = PATIENCE_SECONDS) -> Event | None:
        """The next event; None at the end of the body. Raises TimeoutError."""
        event, deadline = Event("", None, ""), time.monotonic() + seconds
        while True:
            line = self._line(deadline)
            if line is None:
                self.ended = True
                return None
            if line == "" and event.name:
                return event
            field, _, value = line.partition(": ")
            if line.startswith(":"):
                self.comments += 1
            elif field == "data":
                event.data = json.loads(value)
            elif field == "event":
                event.name = value
            elif field == "id":
                event.id = value

    def next_of(self, name: str, seconds: float = PATIENCE_SECONDS) -> Event:
        """The next event of this name, whatever stands before it."""
        deadline = time.monotonic() + seconds
        while (event := self.next(deadline - time.monotonic())) is not None:
            if event.name == name:
                return event
        raise AssertionError(f"the stream ended without {name}")

    def read_until(self, text: str, seconds: float = PATIENCE_SECONDS) -> list[dict[str, Any]]:
        """All messages of updates up to the one with this body."""
        found: list[dict[str, Any]] = []
        while not found or found[-1]["body"] != text:
            found += self.next_of("update", seconds).data["messages"]
        return found

    def quiet_for(self, seconds: float) -> bool:
        """Whether no event comes within this time."""
        try:
            self.next(seconds)
        except TimeoutError:
            return True
        return False

    def wait_for_end(self, seconds: float = PATIENCE_SECONDS) -> bool:
        """Whether the body ends cleanly."""
        deadline = time.monotonic() + seconds
        while not self.ended:
            self.next(max(0.01, deadline - time.monotonic()))
        return True

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def _head(self) -> str:
        while b"\r\n\r\n" not in self._raw:
            self._receive(time.monotonic() + PATIENCE_SECONDS)
        head, _, self._raw = self._raw.partition(b"\r\n\r\n")
        return head.decode()

    def _line(self, deadline: float) -> str | None:
        while b"\n" not in self._body:
            if not self._take_chunk(deadline):
                return None
        line, _, self._body = self._body.partition(b"\n")
        return line.decode()

    def _take_chunk(self, deadline: float) -> bool:
        """Whether there was one more; the last one is empty."""
        while b"\r\n" not in self._raw:
            self._receive(deadline)
        size = int(self._raw.partition(b"\r\n")[0], 16)
        start = self._raw.index(b"\r\n") + 2
        while len(self._raw) < start + size + 2:
            self._receive(deadline)
        self._body += self._raw[start : start + size]
        self._raw = self._raw[start + size + 2 :]
        return size > 0

    def _receive(self, deadline: float) -> None:
        self._socket.settimeout(max(0.01, deadline - time.monotonic()))
        data = self._socket.recv(65_536)
        if not data:
            raise ConnectionError("the connection was cut")
        self._raw += data
