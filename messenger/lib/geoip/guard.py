"""What stands before a provider on the other side of the network.

It is asked once per network and week, never more often than its limit allows over all processes, and not at all
while it is broken. Nobody waits for their turn: a visitor whose lookup doesn't fit has no region.
"""

import logging
from collections.abc import Callable

from messenger.lib.geoip.network import network_of
from messenger.lib.geoip.pauses import Pauses
from messenger.lib.geoip.provider import LookupFailed, Place
from messenger.lib.volatile import Volatile

logger = logging.getLogger(__name__)

LIMIT = 45
# A minute, and a second for what is on its way: requests that are counted evenly may arrive closer together.
LIMIT_SECONDS = 61
FOUND_SECONDS = 7 * 86_400
UNKNOWN_SECONDS = 3600


class Guard:
    """A provider that never fails: where `ask` does, `locate` gives None, and the log says why."""

    is_local = False

    def __init__(
        self, ask: Callable[[str], Place | None], pauses: Pauses, volatile: Volatile, prefix: str
    ) -> None:
        self._ask = ask
        self._pauses = pauses
        self._volatile = volatile
        self._prefix = prefix

    def locate(self, address: str) -> Place | None:
        """From the cache, in a pause too; else from the provider, if it may be asked now."""
        key = f"{self._prefix}:{network_of(address)}"
        known, *paused = self._volatile.look([key, *self._pauses.keys], []).values
        if known is not None:
            return Place(*known) if known else None
        if any(paused) or not self._volatile.admit(f"{self._prefix}:sent", LIMIT, LIMIT_SECONDS):
            return None
        return self._ask_and_remember(address, key)

    def paused(self) -> str | None:
        return self._pauses.current() or (None if self._volatile.is_shared else "redis")

    def _ask_and_remember(self, address: str, key: str) -> Place | None:
        try:
            place = self._ask(address)
        except LookupFailed as error:
            logger.warning("The GeoIP provider gave no answer: %s", error.reason)
            if error.is_breakage:
                self._pauses.note_failure()
            return None
        self._volatile.set(key, list(place or ()), FOUND_SECONDS if place else UNKNOWN_SECONDS)
        return place
