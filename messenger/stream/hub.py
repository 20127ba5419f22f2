"""What all streams of the process share: the Redis subscription, heartbeats, limits, threads, their end."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from django.conf import settings

from messenger.events import STREAM_SERVICE_CHANNEL
from messenger.exceptions import Unavailable
from messenger.stream.heartbeat import Heartbeat
from messenger.stream.limits import Limits
from messenger.stream.pubsub import Payload, PubSub
from messenger.stream.stream import Stream
from messenger.stream.threads import Threads

logger = logging.getLogger(__name__)

OPENING_THREADS = 2
LOADING_THREADS = 2
# More that wait to be let in than can be served while they are patient.
MAX_OPENING = 2_000
# How often the database is looked at for events that were lost: never sooner than needed.
LOOK_SECONDS = 30.0
LOOK_SECONDS_WITHOUT_REDIS = 5.0
# After Redis' return, when writers may take it for away still and publish nothing (`RETRY_SECONDS` of lib/volatile.py).
SETTLING_SECONDS = 10.0
FAREWELL_SECONDS = 1.5
RESTART_SECONDS = 1.0


class Hub:
    """Holds the open streams. `on_restored` is told when events flow again after a loss."""

    def __init__(self) -> None:
        self.opening = Threads("stream-opening", OPENING_THREADS)
        self.loading = Threads("stream-loading", LOADING_THREADS)
        self.pubsub = PubSub(settings.REDIS_URL, self._restored)
        self.heartbeat = Heartbeat(settings.MESSENGER_STREAM_HEARTBEAT_SECONDS)
        self.on_restored: list[Callable[[], None]] = []
        self._limits = Limits()
        self._streams: set[Stream] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closing = False

    @property
    def is_closing(self) -> bool:
        return self._is_closing

    @property
    def hears_all(self) -> bool:
        """Whether whatever is written is published, too, and heard here."""
        since = asyncio.get_running_loop().time() - self.pubsub.returned_at
        return self.pubsub.is_connected and since > SETTLING_SECONDS

    @property
    def look_seconds(self) -> float:
        return LOOK_SECONDS if self.hears_all else LOOK_SECONDS_WITHOUT_REDIS

    def start(self) -> None:
        self.pubsub.add(STREAM_SERVICE_CHANNEL, self)
        self.keep_running(self.pubsub.run)
        self.keep_running(self.heartbeat.run)

    def hear(self, channel: str, payload: Payload) -> None:
        """Nothing comes on its own channel: that it is listened to tells the diagnosis that the process lives."""

    def keep_running(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """A task of the process; one that dies of a bug says so and is started again."""
        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._ended(ended, run))

    def check_open(self) -> None:
        """Raises Unavailable where no stream can be let in now."""
        if self._is_closing or self.opening.pending >= MAX_OPENING:
            raise Unavailable

    def enter(self, stream: Stream) -> None:
        """Counts the stream in; raises Throttled where it is one too many."""
        self.check_open()
        self._limits.enter(stream)
        self._streams.add(stream)
        self.heartbeat.add(stream)

    def leave(self, stream: Stream) -> None:
        self._limits.leave(stream)
        self._streams.discard(stream)
        self.heartbeat.remove(stream)

    def say_farewell(self) -> None:
        """Ends all streams cleanly, and cuts the clients that don't take the end in time."""
        if self._is_closing:
            return
        self._is_closing = True
        streams = tuple(self._streams)
        logger.info("Closing %d streams", len(streams))
        for stream in streams:
            stream.finish()
        asyncio.get_running_loop().call_later(FAREWELL_SECONDS, _cut, streams)

    def stop(self) -> None:
        self._is_closing = True
        for task in tuple(self._tasks):
            task.cancel()
        self.opening.close()
        self.loading.close()

    def _restored(self) -> None:
        for listener in self.on_restored:
            listener()

    def _ended(self, task: asyncio.Task[None], run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or self._is_closing or (error := task.exception()) is None:
            return
        logger.error("A task of the streams died and is started again", exc_info=error)
        asyncio.get_running_loop().call_later(RESTART_SECONDS, self.keep_running, run)


def _cut(streams: tuple[Stream, ...]) -> None:
    for stream in streams:
        stream.abort()
