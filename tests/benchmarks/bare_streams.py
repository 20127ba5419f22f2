"""The bare limit of W4: an ASGI application that does nothing but pass on what it hears from Valkey.

As a module it is the writer, who only publishes: reads {"rate", "messages", "channels"} as JSON, and tells by message,
in seconds of the machine's monotonic clock, when it was published.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import redis
import redis.asyncio

from tests.benchmarks.pacing import evenly

PREFIX = "bench:stream:"
# About what the product sends for an answer.
PADDING = "x" * 600

type Send = Callable[[dict[str, Any]], Awaitable[None]]

_sends: dict[str, Send] = {}
_tasks: set[asyncio.Task[None]] = set()


async def application(scope: Any, receive: Any, send: Send) -> None:
    """A stream for each session token, which names its channel; anything else is answered with 200."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    token = dict(scope["headers"]).get(b"x-widget-session", b"").decode()
    await send({"type": "http.response.body", "body": b"event: ready\n\n", "more_body": bool(token)})
    if token:
        _sends[PREFIX + token] = send
        while (await receive())["type"] != "http.disconnect":
            pass
        del _sends[PREFIX + token]


async def _live(receive: Any, send: Send) -> None:
    await receive()
    _tasks.add(asyncio.create_task(_hear()))
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _hear() -> None:
    """One connection for all."""
    async with redis.asyncio.Redis.from_url(os.environ["REDIS_URL"]).pubsub() as heard:
        await heard.psubscribe(f"{PREFIX}*")
        async for message in heard.listen():
            send = _sends.get(message["channel"].decode()) if message["type"] == "pmessage" else None
            if send:
                await send({"type": "http.response.body", "body": message["data"], "more_body": True})


def main() -> None:
    plan = json.load(sys.stdin)
    json.dump(_write(**plan), sys.stdout)


def _write(rate: int, messages: int, channels: list[str]) -> dict[int, float]:
    published: dict[int, float] = {}
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as cache:
        # Connected, before the clock runs.
        cache.ping()
        for number, channel in evenly(rate, messages, channels):
            published[number] = time.monotonic()
            cache.publish(PREFIX + channel, f"id: {number}\ndata: {PADDING}\n\n")
    return published


if __name__ == "__main__":
    main()
