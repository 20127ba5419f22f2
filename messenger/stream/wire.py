"""The shapes of ASGI, and what a stream writes: server-sent events."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type Headers = list[tuple[bytes, bytes]]

# A comment line: it keeps proxies and the client's watchdog content, and means nothing.
HEARTBEAT = b": \n\n"


def frame(event: str, data: Any, last_id: int = 0) -> bytes:
    """One server-sent event; the client resumes from `last_id`, if it is given."""
    head = f"id: {last_id}\nevent: {event}\ndata: " if last_id > 0 else f"event: {event}\ndata: "
    return head.encode() + orjson.dumps(data) + b"\n\n"
