"""How many streams one session, one operator and one address may hold open in this process."""

import time

from django.conf import settings

from crm.monitoring.metrics import THROTTLED
from messenger.exceptions import Throttled
from messenger.stream.stream import Stream

# A client that lost its network leaves a dead stream behind, for which nobody but time can tell: at the limit
# a new stream takes the place of the oldest one if that is at least this old, and waits otherwise. So nobody
# is locked out by their own ghosts, and tabs that push each other out don't do so in a storm.
REPLACEABLE_AFTER_SECONDS = 30.0
ADDRESS_RETRY_SECONDS = 30


class Limits:
    """Counts the streams that are open."""

    def __init__(self) -> None:
        self._by_key: dict[str, tuple[Stream, ...]] = {}
        self._by_address: dict[str, int] = {}

    def enter(self, stream: Stream) -> None:
        """Counts the stream in; raises Throttled where it is one too many."""
        if self._by_address.get(stream.address, 0) >= settings.MESSENGER_STREAMS_PER_ADDRESS:
            THROTTLED.labels("stream", "open_address").inc()
            raise Throttled(ADDRESS_RETRY_SECONDS)
        mine = self._by_key.get(stream.key, ())
        if len(mine) >= settings.MESSENGER_STREAMS_PER_SESSION:
            self._replace(mine[0])
        self._by_key[stream.key] = (*self._by_key.get(stream.key, ()), stream)
        self._by_address[stream.address] = self._by_address.get(stream.address, 0) + 1

    def leave(self, stream: Stream) -> None:
        """Counts it out; nothing if it isn't counted."""
        mine = self._by_key.get(stream.key, ())
        if stream not in mine:
            return
        left = tuple(other for other in mine if other is not stream)
        if left:
            self._by_key[stream.key] = left
        else:
            del self._by_key[stream.key]
        self._by_address[stream.address] -= 1
        if not self._by_address[stream.address]:
            del self._by_address[stream.address]

    def _replace(self, oldest: Stream) -> None:
        age = time.monotonic() - oldest.opened_at
        if age < REPLACEABLE_AFTER_SECONDS:
            THROTTLED.labels("stream", "open_session").inc()
            raise Throttled(int(REPLACEABLE_AFTER_SECONDS - age) + 1)
        self.leave(oldest)
        oldest.finish()
