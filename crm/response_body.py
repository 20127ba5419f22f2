"""Takes an answer off the thread that makes it: whoever reads slowly holds a socket and a file on disk, nothing else.

Without it sixteen clients that don't read on hold all threads, and the site stands still for everybody.
"""

import asyncio
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from crm.request_body import IN_MEMORY, Application, Message, Receive, Send

# Whoever takes less than a block in this time is gone, or means harm.
BLOCK_SECONDS = 30.0
BLOCK = 65_536


class WholeAnswer:
    """ASGI middleware: an answer of up to IN_MEMORY goes out once it is whole, a larger one while it is made."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(max_size=IN_MEMORY) as kept:
            answer = _Answer(kept, send)
            try:
                await self._application(scope, receive, answer.take)
                await answer.finish()
            finally:
                answer.cancel()


class _Answer:
    """Bytes that are written at one end of a file and sent from the other."""

    def __init__(self, kept: IO[bytes], send: Send) -> None:
        self._kept = kept
        self._send = send
        self._written = self._sent = 0
        self._is_whole = self._is_lost = False
        self._news = asyncio.Event()
        self._sending: asyncio.Task[None] | None = None

    async def take(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        if not self._is_lost:
            self._keep(message.get("body", b""))
        self._is_whole = not (self._is_lost or message.get("more_body", False))
        self._news.set()
        if self._sending is None and self._written > IN_MEMORY:
            self._sending = asyncio.create_task(self._send_all())

    async def finish(self) -> None:
        """Waits until the client has it all; left unfinished, the server closes the connection."""
        if self._is_lost:
            return
        with suppress(TimeoutError):
            await (self._sending or self._send_all())

    def cancel(self) -> None:
        if self._sending:
            self._sending.cancel()

    def _keep(self, block: bytes) -> None:
        try:
            self._kept.seek(self._written)
            self._written += self._kept.write(block)
        except OSError:
            # The disk is full. Raised from here, it would leave the thread waiting for ever in a2wsgi's queue.
            self._is_lost = True

    async def _send_all(self) -> None:
        while True:
            self._news.clear()
            while (left := self._written - self._sent) or self._is_whole:
                self._kept.seek(self._sent)
                block = self._kept.read(min(BLOCK, left))
                self._sent += len(block)
                more = not self._is_whole or self._sent < self._written
                async with asyncio.timeout(BLOCK_SECONDS):
                    await self._send({"type": "http.response.body", "body": block, "more_body": more})
                if not more:
                    return
            await self._news.wait()
