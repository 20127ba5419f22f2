"""`text/event-stream` as the HTML standard reads it."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

PATIENCE_SECONDS = 15.0


@dataclass
class Event:
    name: str
    id: str
    data: Any


@dataclass
class _Pending:
    name: str = ""
    data: list[str] = field(default_factory=list)


class EventStream:
    """The events of an open answer, in order; `last_id` is what a reader resumes from."""

    def __init__(self, response: httpx.Response, last_id: str) -> None:
        self.response = response
        self.last_id = last_id
        self._events = self._read()

    def next(self, name: str = "") -> Event:
        """The next event, or the next of this name. Raises AssertionError where it does not come."""
        for event in self._events:
            if name in ("", event.name):
                return event
        raise AssertionError(f"the stream ended without {name or 'an event'}")

    def refusal(self) -> httpx.Response:
        """The answer, where it is no stream."""
        assert self.response.is_error, "the stream was opened"
        self.response.read()
        return self.response

    def _read(self) -> Iterator[Event]:
        pending, deadline = _Pending(), time.monotonic() + PATIENCE_SECONDS
        for line in self.response.iter_lines():
            if time.monotonic() > deadline:
                raise AssertionError("nothing but comment lines")
            if line:
                self._take(pending, line)
                continue
            if pending.data:
                yield Event(pending.name or "message", self.last_id, json.loads("\n".join(pending.data)))
                deadline = time.monotonic() + PATIENCE_SECONDS
            pending = _Pending()

    def _take(self, pending: _Pending, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            pending.name = value
        elif name == "data":
            pending.data.append(value)
        elif name == "id" and "\0" not in value:
            self.last_id = value
