"""The process's one Redis subscription: channels on demand, dispatched in memory, healed without end."""

import asyncio
import contextlib
import logging
import math
import random
from collections import deque
from collections.abc import Callable, Iterable
from itertools import batched
from typing import Any, Protocol

import orjson
from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from messenger.stream.metering import STREAM_CONNECTED

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
# Silence after which the server is asked whether it is there, and after which it isn't.
PING_SECONDS = 5.0
MAX_WAIT_SECONDS = 2.0
CHANNELS_PER_COMMAND = 500

type Payload = dict[str, Any]


class Subscriber(Protocol):
    def hear(self, channel: str, payload: Payload) -> None:
        """Takes an event of a channel; must not block."""


class PubSub:
    """`restored` is called when, after a loss or at the start, all channels are subscribed again.

    What was published meanwhile is lost: whoever listens has to look into the database then.
    """

    def __init__(self, url: str, restored: Callable[[], None]) -> None:
        self._url = url
        self._restored = restored
        self._subscribers: dict[str, tuple[Subscriber, ...]] = {}
        self._subscribed: set[str] = set()
        self._touched: dict[str, None] = {}
        self._awaited: dict[str, asyncio.Future[None]] = {}
        self._confirmations: deque[tuple[str, asyncio.Future[None] | None]] = deque()
        self._connection: AbstractConnection | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._is_lost = False
        self.is_connected = False
        # By the loop's clock, the last time after a loss.
        self.returned_at = -math.inf

    def add(self, channel: str, subscriber: Subscriber) -> None:
        known = self._subscribers.get(channel, ())
        self._subscribers[channel] = (*known, subscriber)
        if not known:
            self._touch(channel)

    def remove(self, channel: str, subscriber: Subscriber) -> None:
        left = tuple(known for known in self._subscribers.get(channel, ()) if known is not subscriber)
        if left:
            self._subscribers[channel] = left
        elif self._subscribers.pop(channel, None):
            self._touch(channel)

    async def settled(self, channels: Iterable[str]) -> None:
        """Waits until Redis has confirmed the channels; at once while it is away."""
        waiting = [self._awaited[channel] for channel in channels if channel in self._awaited]
        if waiting and self.is_connected:
            await asyncio.wait(waiting, timeout=CONNECT_SECONDS)

    async def run(self) -> None:
        """Stays connected until it is cancelled."""
        failures = 0
        while self._url:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await self._connect()
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                failures = 1 if self.is_connected else failures + 1
                self._is_lost = True
                if failures == 1:
                    logger.warning(
                        "The event channel is lost, streams look by themselves: %s", type(error).__name__
                    )
            finally:
                await self._drop()
            wait = min(MAX_WAIT_SECONDS, 0.05 * 2 ** min(failures, 10))
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311

    async def _connect(self) -> None:
        # Without retries of its own: a hidden reconnection would lose events unseen.
        retry = Retry(NoBackoff(), 0)
        pool: Any = ConnectionPool.from_url(self._url, protocol=2, retry=retry, socket_timeout=None)
        self._connection = await pool.get_connection()
        self._touched = dict.fromkeys(self._subscribers)
        self._schedule_flush()

    async def _listen(self) -> None:
        asked = False
        while self._connection is not None:
            answer = await self._connection.read_response(timeout=PING_SECONDS, disconnect_on_error=False)
            if answer is not None:
                asked = False
                self._take(answer)
            elif asked:
                raise TimeoutError
            else:
                asked = True
                await self._send("PING")

    def _take(self, answer: Any) -> None:
        kind = answer[0] if isinstance(answer, list) else b"pong"
        if kind == b"message":
            self._dispatch(answer[1].decode(), answer[2])
        elif kind == b"subscribe":
            self._confirm()
        elif kind == b"pong" and not self.is_connected:
            # The PING stood behind the last SUBSCRIBE: nothing published from now on is missed.
            logger.info("The event channel is open, %d subscriptions", len(self._subscribed))
            self.is_connected = True
            if self._is_lost:
                self._is_lost, self.returned_at = False, asyncio.get_running_loop().time()
            STREAM_CONNECTED.set(1)
            self._restored()

    def _dispatch(self, channel: str, data: bytes) -> None:
        try:
            payload = orjson.loads(data)
        except orjson.JSONDecodeError:
            logger.warning("An event on %s is no JSON", channel)
            return
        if isinstance(payload, dict):
            for subscriber in self._subscribers.get(channel, ()):
                subscriber.hear(channel, payload)

    def _confirm(self) -> None:
        channel, future = self._confirmations.popleft()
        _settle(future)
        if self._awaited.get(channel) is future:
            self._awaited.pop(channel, None)

    def _touch(self, channel: str) -> None:
        if self._connection is None:
            return
        if channel in self._subscribers and not (channel in self._subscribed or channel in self._awaited):
            self._awaited[channel] = asyncio.get_running_loop().create_future()
        self._touched[channel] = None
        self._schedule_flush()

    def _schedule_flush(self) -> None:
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        """Sends what changed since the last time in as few commands as can be."""
        try:
            while self._touched and self._connection is not None:
                touched, self._touched = self._touched, {}
                wanted = [channel for channel in touched if channel in self._subscribers]
                await self._subscribe([channel for channel in wanted if channel not in self._subscribed])
                gone = self._subscribed.intersection(touched) - self._subscribers.keys()
                await self._unsubscribe(list(gone))
            if not self.is_connected:
                await self._send("PING")
        except (RedisError, OSError) as error:
            logger.info("The event channel broke while subscribing: %r", error)
        finally:
            if self._flushing is asyncio.current_task():
                self._flushing = None

    async def _subscribe(self, channels: list[str]) -> None:
        self._subscribed.update(channels)
        self._confirmations.extend((channel, self._awaited.get(channel)) for channel in channels)
        await self._send("SUBSCRIBE", channels)

    async def _unsubscribe(self, channels: list[str]) -> None:
        self._subscribed.difference_update(channels)
        for channel in channels:
            _settle(self._awaited.pop(channel, None))
        await self._send("UNSUBSCRIBE", channels)

    async def _send(self, command: str, channels: list[str] | None = None) -> None:
        parts = [()] if channels is None else list(batched(channels, CHANNELS_PER_COMMAND))
        for part in parts:
            # A connection that is closed would open itself anew, without its subscriptions.
            if self._connection is None or not self._connection.is_connected:
                return
            await self._connection.send_command(command, *part, check_health=False)

    async def _drop(self) -> None:
        self.is_connected = False
        STREAM_CONNECTED.set(0)
        connection, self._connection = self._connection, None
        flushing, self._flushing = self._flushing, None
        if flushing is not None:
            flushing.cancel()
        for future in self._awaited.values():
            _settle(future)
        self._awaited.clear()
        self._confirmations.clear()
        self._subscribed.clear()
        if connection is not None:
            with contextlib.suppress(RedisError, OSError):
                await connection.disconnect(nowait=True)


def _settle(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)
