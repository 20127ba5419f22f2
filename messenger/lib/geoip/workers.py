"""Threads for calls that somebody waits for, but not long.

Timeouts of sockets bound one read each: a name server that is silent or an answer that trickles takes minutes in
spite of them. Only who waits in another thread can leave in time.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from messenger.lib.geoip.provider import LookupFailed

COUNT = 8


class Workers:
    """At most `count` calls at a time; one more is refused rather than queued, where it would come too late."""

    def __init__(self, count: int) -> None:
        self._free = threading.Semaphore(count)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="geoip")

    def run[T](self, call: Callable[[], T], seconds: float) -> T:
        """What `call` returns or raises. Raises TimeoutError after `seconds`; the call goes on alone."""
        if not self._free.acquire(blocking=False):
            raise LookupFailed("all workers are busy", is_breakage=False)
        try:
            future = self._threads.submit(self._run, call)
        except RuntimeError as error:  # the process is ending
            raise LookupFailed("no thread", is_breakage=False) from error
        return future.result(seconds)

    def _run[T](self, call: Callable[[], T]) -> T:
        try:
            return call()
        finally:
            self._free.release()


@cache
def workers() -> Workers:
    """The process's own: threads don't outlive a fork, so that a child begins anew."""
    return Workers(COUNT)


os.register_at_fork(after_in_child=workers.cache_clear)
