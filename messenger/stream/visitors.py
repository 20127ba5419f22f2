"""All visitors' streams of the process, by conversation."""

import asyncio
import logging

from django.db import Error as DatabaseError

from messenger.events import conversation_channel, visitor_channel
from messenger.stream.feed import Feed
from messenger.stream.hub import Hub
from messenger.stream.loader import Loader
from messenger.stream.queries import successors
from messenger.stream.visitor_stream import VisitorStream

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0


class Visitors:
    """Joins streams to the feeds of their conversations and looks after lost events."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._feeds: dict[int, Feed] = {}
        self._loader = Loader(hub.loading, self._follow)
        self._following: set[asyncio.Task[None]] = set()
        self._round: list[int] = []
        hub.on_restored.append(self._look_everywhere)
        hub.keep_running(self._look_round)

    async def join(self, stream: VisitorStream, conversation_id: int) -> None:
        """From now on the stream hears of the conversation; it gets a first snapshot when Redis has confirmed."""
        self._attach(stream, conversation_id)
        await self._hub.pubsub.settled([conversation_channel(conversation_id)])
        if stream.feed is not None:
            stream.feed.look()

    def leave(self, stream: VisitorStream) -> None:
        feed, stream.feed = stream.feed, None
        if feed is None:
            return
        feed.streams = tuple(other for other in feed.streams if other is not stream)
        if not feed.streams:
            feed.cancel_timer()
            self._hub.pubsub.remove(conversation_channel(feed.conversation_id), feed)
            self._hub.pubsub.remove(visitor_channel(feed.conversation_id), feed)
            self._feeds.pop(feed.conversation_id, None)

    def _attach(self, stream: VisitorStream, conversation_id: int) -> None:
        feed = self._feeds.get(conversation_id)
        if feed is None:
            feed = self._feeds[conversation_id] = Feed(
                conversation_id, self._loader.want, lambda moved: self._follow([moved])
            )
            self._hub.pubsub.add(conversation_channel(conversation_id), feed)
            self._hub.pubsub.add(visitor_channel(conversation_id), feed)
        feed.streams = (*feed.streams, stream)
        stream.feed = feed

    def _follow(self, closed: list[Feed]) -> None:
        """Takes the streams of closed conversations to the one in which their contact goes on, if there is one."""
        task = asyncio.create_task(self._move(closed))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _move(self, closed: list[Feed]) -> None:
        try:
            found = await self._hub.loading.run(successors, [feed.conversation_id for feed in closed])
        except DatabaseError as error:
            # The next look round finds the closed conversation again.
            logger.error("A conversation's successor could not be looked up: %s", type(error).__name__)
            return
        moved = [
            (stream, found[feed.conversation_id])
            for feed in closed
            if feed.conversation_id in found
            for stream in feed.streams
        ]
        for stream, successor in moved:
            self.leave(stream)
            self._attach(stream, successor)
        await self._hub.pubsub.settled(conversation_channel(successor) for _, successor in moved)
        for stream, _ in moved:
            if stream.feed is not None:
                stream.feed.look()

    def _look_everywhere(self) -> None:
        self._loader.look_over(self._feeds.values())

    async def _look_round(self) -> None:
        """Looks every feed over once per round, spread over it: what was published and lost shows up then."""
        quota = 0.0
        while True:
            await asyncio.sleep(TICK_SECONDS)
            quota += len(self._feeds) * TICK_SECONDS / self._hub.look_seconds
            if not self._round:
                self._round = list(self._feeds)
            count, quota = int(quota), quota % 1
            due, self._round = self._round[:count], self._round[count:]
            self._loader.look_over(self._feeds[pk] for pk in due if pk in self._feeds)
