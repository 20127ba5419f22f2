"""Notices that events were lost, by the database's newest ids."""

import asyncio
import logging
from collections.abc import Callable

from django.db import Error as DatabaseError

from messenger.events import STAFF_CHANNEL
from messenger.stream.hub import LOOK_SECONDS_WITHOUT_REDIS, Hub
from messenger.stream.pubsub import Payload
from messenger.stream.queries import Newest, newest

logger = logging.getLogger(__name__)

# Longer than an event takes from its commit to here.
IN_FLIGHT_SECONDS = 1.0


class Losses:
    """Hears every message's event, once it was started, and calls `missed` where one did not come."""

    def __init__(self, hub: Hub, missed: Callable[[], None]) -> None:
        self._hub = hub
        self._missed = missed
        self._heard = 0
        self._seen: Newest | None = None

    def start(self) -> None:
        """Called again it does nothing."""
        if self._seen is None:
            self._seen = Newest(0, 0)
            self._hub.pubsub.add(STAFF_CHANNEL, self)
            self._hub.keep_running(self._look)

    def hear(self, channel: str, payload: Payload) -> None:
        if payload.get("type") == "message":
            self._heard = max(self._heard, payload.get("message") or 0)

    async def _look(self) -> None:
        waited = 0.0
        await self._compare(expected=True)
        while True:
            await asyncio.sleep(LOOK_SECONDS_WITHOUT_REDIS)
            waited += LOOK_SECONDS_WITHOUT_REDIS
            if waited >= self._hub.look_seconds:
                waited = 0.0
                await self._compare()

    async def _compare(self, *, expected: bool = False) -> None:
        try:
            found = await self._hub.loading.run(newest)
        except DatabaseError as error:
            logger.error("Lost events could not be looked for: %s", type(error).__name__)
            return
        await asyncio.sleep(0 if expected else IN_FLIGHT_SECONDS)
        lost = found.message > self._heard
        silent = not self._hub.hears_all and found != self._seen
        self._heard, self._seen = max(self._heard, found.message), found
        if not expected and (lost or silent):
            self._missed()
