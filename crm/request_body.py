"""Takes a request's body before a thread is taken for it: whoever sends slowly holds a socket and nothing else."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type Application = Callable[[Any, Receive, Send], Awaitable[None]]

BODY_SECONDS = 15.0
# What Django takes by itself, and room for the frames of a form.
BODY_BYTES = 2 * 1_048_576


class WholeBody:
    """ASGI middleware: answers 408 to a body that takes too long and 413 to one that is too large.

    Header names with an underscore are dropped on the way: WSGI can't tell `X_Forwarded_For`, which any client may
    write, from `X-Forwarded-For`, which is the proxy's.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(receive)
        except TimeoutError:
            await _refuse(send, 408)
            return
        except OverflowError:
            await _refuse(send, 413)
            return
        if body is not None:
            await self._application(scope, _replay(body, receive), send)


async def _read(receive: Receive) -> bytes | None:
    """The body, or None where the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > BODY_BYTES:
            raise OverflowError
        if not message.get("more_body"):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return whole.pop() if whole else await receive()

    return replayed


async def _refuse(send: Send, status: int) -> None:
    detail = b'{"detail": "The request took too long or is too large.", "code": "invalid"}'
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": detail})
