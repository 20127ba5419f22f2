"""Clients of event streams that note when which message came."""

import asyncio
import contextlib
import re
import time
from typing import Any

_ID = re.compile(rb"^id: (\d+)", re.MULTILINE)
_HEADERS = (
    "Origin: https://shop.example.com",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0",
    "Accept: text/event-stream",
    "Accept-Language: ru-RU,ru;q=0.9,en;q=0.8",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Cache-Control: no-cache",
    "Referer: https://shop.example.com/catalogue/",
    "Sec-Fetch-Mode: cors",
)


def stream_request(port: int, widget_token: str, session_token: str) -> bytes:
    """As a browser asks."""
    lines = (
        "GET /api/widget/stream/?since_id=0 HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"X-Widget-Token: {widget_token}",
        f"X-Widget-Session: {session_token}",
        *_HEADERS,
    )
    return "\r\n".join([*lines, "", ""]).encode()


class Listener(asyncio.Protocol):
    """Notes when which message came."""

    def __init__(self, request: bytes, arrived: list[tuple[int, float]]) -> None:
        self._request = request
        self._arrived = arrived
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if not self.ready.done() and b"event: ready" in data:
            self.ready.set_result(None)
        self._arrived.extend((int(found), now) for found in _ID.findall(data))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(SystemExit(f"A stream was closed before it began: {error}"))


async def open_stream(
    port: int, request: bytes, arrived: list[tuple[int, float]], gate: asyncio.Semaphore | None = None
) -> asyncio.Transport:
    """Once it has begun."""
    async with gate or contextlib.nullcontext():
        transport, listener = await asyncio.get_running_loop().create_connection(
            lambda: Listener(request, arrived), "127.0.0.1", port
        )
        await asyncio.wait_for(listener.ready, 60)
    return transport
