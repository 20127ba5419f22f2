"""What both endpoints of streams share: open, wait for the client's end, leave; and tell of it."""

import logging
import time
from abc import ABC, abstractmethod

from django.conf import settings

from messenger.exceptions import MessengerError
from messenger.stream.metering import Meters
from messenger.stream.stream import Stream
from messenger.stream.wire import Receive, Scope, Send

logger = logging.getLogger(__name__)


class Door[S: Stream](ABC):
    meters: Meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = await self._open(scope, receive, send)
        if stream is not None:
            self.meters.opened.inc()
            self.meters.open.inc()
            try:
                await stream.wait(scope, receive)
            finally:
                self._leave(stream)
                self.meters.open.dec()
                self._write_line(200, stream)

    @abstractmethod
    async def _open(self, scope: Scope, receive: Receive, send: Send) -> S | None:
        """The stream, or None where an error was answered instead."""

    @abstractmethod
    def _leave(self, stream: S) -> None:
        """Takes the stream out of all that counts or feeds it."""

    def _note_refusal(self, error: MessengerError) -> None:
        self.meters.refused(error.status)
        self._write_line(error.status)

    def _write_line(self, status: int, stream: S | None = None) -> None:
        """When it is over: one line per stream, whatever went through it."""
        if settings.LOG_REQUESTS:
            fields = {"route": f"{self.meters.kind}-stream", "status": status, "kind": self.meters.kind}
            if stream is not None:
                lasted = (time.monotonic() - stream.opened_at) * 1000
                fields |= {"duration_ms": round(lasted), "user": stream.user_id}
            logger.info("stream of %s %d", self.meters.kind, status, extra=fields)
