"""All operators' streams of the process, and whether each may still listen."""

import asyncio
import logging
import random
import time

from django.conf import settings
from django.db import Error as DatabaseError

from messenger.services import presence
from messenger.stream.badges import Badges
from messenger.stream.hub import Hub
from messenger.stream.losses import Losses
from messenger.stream.metering import STREAM_RESYNCS
from messenger.stream.operator_session import Identity, Question, check_again
from messenger.stream.operator_stream import OperatorStream
from messenger.stream.wire import frame

logger = logging.getLogger(__name__)

CHECKS_AT_ONCE = 50


class Operators:
    """Subscribes streams to what their identity may hear, and asks for that identity again and again."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._streams: set[OperatorStream] = set()
        self.badges = Badges(hub.loading)
        self._losses = Losses(hub, self._resync)
        hub.on_restored.append(self._resync)
        hub.keep_running(self._check_identities)

    async def join(self, stream: OperatorStream) -> None:
        """From now on the stream hears its channels; Redis has confirmed them when this returns."""
        self._losses.start()
        self._streams.add(stream)
        self.badges.add(stream)
        self._subscribe(stream)
        self._plan_check(stream)
        await self._hub.pubsub.settled(stream.channels)

    def leave(self, stream: OperatorStream) -> None:
        self._streams.discard(stream)
        self.badges.remove(stream)
        for channel in stream.channels:
            self._hub.pubsub.remove(channel, stream)
        stream.channels = frozenset()

    def _subscribe(self, stream: OperatorStream) -> None:
        wanted = stream.wanted_channels()
        for channel in stream.channels - wanted:
            self._hub.pubsub.remove(channel, stream)
        for channel in wanted - stream.channels:
            self._hub.pubsub.add(channel, stream)
        stream.channels = wanted

    def _resync(self) -> None:
        """Events were lost: the pages read again."""
        if self._streams:
            STREAM_RESYNCS.inc()
        for stream in tuple(self._streams):
            stream.write(frame("resync", {}))
        self.badges.recount_all()

    def _plan_check(self, stream: OperatorStream) -> None:
        # Spread, so that streams opened together aren't all asked about together.
        spread = random.uniform(0.7, 1)  # noqa: S311
        stream.check_at = time.monotonic() + _recheck_seconds() * spread

    async def _check_identities(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, _recheck_seconds() / 4))
            now = time.monotonic()
            due = sorted(
                (stream for stream in self._streams if stream.check_at <= now), key=lambda s: s.check_at
            )
            for start in range(0, len(due), CHECKS_AT_ONCE):
                await self._check(due[start : start + CHECKS_AT_ONCE])

    async def _check(self, streams: list[OperatorStream]) -> None:
        questions = [
            Question(stream.session_key, stream.conversation_id, not stream.beats_itself)
            for stream in streams
        ]
        try:
            answers = await self._hub.loading.run(check_again, questions)
        except DatabaseError as error:
            # Nothing is known against them, and events hold no more than ids: asked again at the next tick.
            logger.error("Operators' sessions could not be checked: %s", type(error).__name__)
            return
        for stream, identity in zip(streams, answers, strict=True):
            if stream in self._streams:
                self._apply(stream, identity)

    def _apply(self, stream: OperatorStream, identity: Identity | None) -> None:
        if identity is None or identity.user_id != stream.identity.user_id:
            self.leave(stream)
            stream.finish()
            return
        before, stream.identity = stream.identity, identity
        self._plan_check(stream)
        if before[:4] != identity[:4]:
            self._subscribe(stream)
            stream.write(frame("resync", {}))
        if identity.unread != stream.unread:
            # Either may be the older one.
            self.badges.recount(identity.user_id)


def _recheck_seconds() -> float:
    """Often enough for the lease, too: an open stream is its operator's sign of life."""
    return min(float(settings.MESSENGER_STREAM_RECHECK_SECONDS), presence.beat_seconds())
