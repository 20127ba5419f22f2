"""What both endpoints of streams share: open, wait for the client's end, leave."""

from abc import ABC, abstractmethod

from messenger.stream.stream import Stream
from messenger.stream.wire import Receive, Scope, Send


class Door[S: Stream](ABC):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = await self._open(scope, receive, send)
        if stream is not None:
            try:
                await stream.wait(scope, receive)
            finally:
                self._leave(stream)

    @abstractmethod
    async def _open(self, scope: Scope, receive: Receive, send: Send) -> S | None:
        """The stream, or None where an error was answered instead."""

    @abstractmethod
    def _leave(self, stream: S) -> None:
        """Takes the stream out of all that counts or feeds it."""
