"""The process's one store of short-lived state, in the Redis of Django's cache, under keys without a prefix."""

import os
import threading
from typing import Any

from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis

from crm.monitoring.metrics import REDIS_FALLBACK, THROTTLED
from messenger.lib.volatile import Volatile


class _Own(threading.local):
    """A client of each thread, which keeps its connection: to take one out of the pool, ask whether it is still good
    and put it back costs a third of a look-up's CPU time.
    """

    redis: Redis | None = None
    # What it was made by: whoever looks into the cache's own pool each time pays a tenth of a look-up.
    caches: Any = None


_own = _Own()


def _forget() -> None:
    """A child must not speak on the connection of its parent's thread."""
    _own.redis = None


os.register_at_fork(after_in_child=_forget)


def _connect() -> Redis | None:
    if not settings.REDIS_URL:
        return None
    if _own.redis is None or _own.caches is not settings.CACHES:
        pool = get_redis_connection("default").connection_pool
        _own.redis = Redis(connection_pool=pool, single_connection_client=True)
        _own.caches = settings.CACHES
    return _own.redis


def _count_refusal(key: str) -> None:
    """messenger:limit:send:address:203.0.113.7 → send, address. Other counters refuse nobody."""
    kind, what, per = [*key.split(":"), "", "", ""][1:4]
    if kind == "limit":
        THROTTLED.labels(what, per).inc()


volatile = Volatile(_connect, on_passed=_count_refusal, on_fallback=REDIS_FALLBACK.set)
