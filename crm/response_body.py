"""Takes an answer off the thread that makes it: whoever reads slowly holds a socket and a file on disk, nothing else.

Without it sixteen clients that don't read on hold all threads, and the site stands still for everybody.
"""

import asyncio
from contextlib import suppress
from functools import cached_property
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
        answer = _Answer(send)
        try:
            await self._application(scope, receive, answer.take)
            await answer.finish()
        finally:
            answer.close()


class _Answer:
    """Bytes that are written at one end of a file and sent from the other; one that is a single block needs no file."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._written = self._sent = 0
        self._is_whole = self._is_lost = False
        self._news = asyncio.Event()
        self._only: Message | None = None
        self._sending: asyncio.Task[None] | None = None

    @cached_property
    def _kept(self) -> IO[bytes]:
        return SpooledTemporaryFile(max_size=IN_MEMORY)

    async def take(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if not more and not self._written and len(body) <= BLOCK:
            self._only = message
            return
        if not self._is_lost:
            self._keep(body)
        self._is_whole = not (self._is_lost or more)
        self._news.set()
        if self._sending is None and self._written > IN_MEMORY:
            self._sending = asyncio.create_task(self._send_all())

    async def finish(self) -> None:
        """Waits until the client has it all; left unfinished, the server closes the connection."""
        if self._is_lost:
            return
        with suppress(TimeoutError):
            if self._only is not None:
                async with asyncio.timeout(BLOCK_SECONDS):
                    await self._send(self._only)
            else:
                await (self._sending or self._send_all())

    def close(self) -> None:
        if self._sending:
            self._sending.cancel()
        if "_kept" in vars(self):
            self._kept.close()

    def _keep(self, block: bytes) -> None:
        try:
            self._kept.seek(self._written)
            self._written += self._kept.write(block)
        except OSError:
            # The disk is full. Raised from here, it would leave the thread waiting for ever for its turn.
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
