"""Loads conversations for their streams: one statement for all that changed while the last one ran."""

import asyncio
import logging
from collections.abc import Callable, Iterable

from django.db import Error as DatabaseError

from crm.database_outage import outage
from messenger.exceptions import Unavailable
from messenger.services.visitor_view import snapshots
from messenger.stream.feed import Feed, View
from messenger.stream.threads import Threads

logger = logging.getLogger(__name__)

# Loads at once, of which one at most looks over what is calm.
LOADS = 2
BATCH = 100
PAUSE_SECONDS = 1.0


class Loader:
    """Two queues: what somebody said is loaded at once, what is only looked over waits its turn.

    A conversation is never loaded twice at the same moment, so its streams see its snapshots in order.
    """

    def __init__(self, threads: Threads, closed: Callable[[list[Feed]], None]) -> None:
        self._threads = threads
        self._closed = closed
        self._live: dict[Feed, None] = {}
        self._calm: dict[Feed, None] = {}
        self._loads: dict[asyncio.Task[None], bool] = {}
        self._is_paused = False
        self._is_starting = False

    def want(self, feed: Feed) -> None:
        """Loads it as soon as can be; again, if a load of it is under way."""
        if feed.is_loading:
            feed.again = True
            return
        self._calm.pop(feed, None)
        self._live[feed] = None
        self._pump()

    def look_over(self, feeds: Iterable[Feed]) -> None:
        """Loads them when nothing live is waiting; `closed` is told which of them are closed."""
        self._calm.update((feed, None) for feed in feeds if not feed.is_loading and feed not in self._live)
        self._pump()

    def _pump(self) -> None:
        if self._is_paused or self._is_starting or len(self._loads) == LOADS:
            return
        calm = not self._live
        if calm and (not self._calm or True in self._loads.values()):
            return
        # What else is heard until it starts goes into the same load.
        self._is_starting = True
        task = asyncio.create_task(self._load(self._calm if calm else self._live))
        self._loads[task] = calm
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._loads[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("Conversations could not be loaded for their streams", exc_info=error)
        self._pump()

    async def _load(self, queue: dict[Feed, None]) -> None:
        batch = _take(queue)
        self._is_starting = False
        self._pump()
        if not batch:
            return
        cursors = {feed.conversation_id: feed.cursor for feed in batch}
        try:
            views = await self._threads.run(snapshots, cursors)
        except DatabaseError as error:
            self._pause(batch, error)
            return
        finally:
            again = [feed for feed in batch if feed.end()]
        closed = []
        for feed in batch:
            snapshot = views.get(feed.conversation_id)
            view = View(snapshot, cursors[feed.conversation_id]) if snapshot else None
            feed.deliver(view)
            if view is not None and view.is_closed:
                closed.append(feed)
        for feed in again:
            self.want(feed)
        if closed and queue is self._calm:
            self._closed(closed)

    def _pause(self, batch: list[Feed], error: DatabaseError) -> None:
        """The database can't be reached: streams stay open and wait, those that are being opened don't."""
        outage.note(error)
        for feed in batch:
            for stream in feed.streams:
                stream.give_up_opening(Unavailable())
        self._live.update(dict.fromkeys(batch))
        self._is_paused = True
        asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._resume)

    def _resume(self) -> None:
        self._is_paused = False
        self._pump()


def _take(queue: dict[Feed, None]) -> list[Feed]:
    """The next feeds that anyone can take something from, at most a batch; their load has begun."""
    batch: list[Feed] = []
    while queue and len(batch) < BATCH:
        feed = next(iter(queue))
        del queue[feed]
        if feed.begin():
            batch.append(feed)
    return batch
