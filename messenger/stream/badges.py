"""The operators' badges: counted together, at most twice a second, and shown where they changed."""

import asyncio
import logging

from django.db import Error as DatabaseError

from messenger.stream.operator_session import unread_counts
from messenger.stream.operator_stream import OperatorStream
from messenger.stream.threads import Threads

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.5


class Badges:
    """Knows the streams of each user."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._streams: dict[int, set[OperatorStream]] = {}
        self._due: set[int] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, stream: OperatorStream) -> None:
        self._streams.setdefault(stream.identity.user_id, set()).add(stream)

    def remove(self, stream: OperatorStream) -> None:
        left = self._streams.get(stream.identity.user_id, set())
        left.discard(stream)
        if not left:
            self._streams.pop(stream.identity.user_id, None)

    def recount_all(self) -> None:
        for user_id in self._streams:
            self.recount(user_id)

    def recount(self, user_id: int) -> None:
        self._due.add(user_id)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._count())

    async def _count(self) -> None:
        while self._due:
            users, self._due = self._due & self._streams.keys(), set()
            try:
                counts = await self._threads.run(unread_counts, users)
            except DatabaseError as error:
                # The next check of the streams' identities counts as well.
                logger.error("Badges could not be counted: %s", type(error).__name__)
                counts = {}
            for user_id, unread in counts.items():
                for stream in tuple(self._streams.get(user_id, ())):
                    stream.show_unread(unread)
            await asyncio.sleep(PAUSE_SECONDS)
