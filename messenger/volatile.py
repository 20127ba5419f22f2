"""The process's one store of short-lived state, in the Redis of Django's cache, under keys without a prefix."""

from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis

from crm.monitoring.metrics import REDIS_FALLBACK, THROTTLED
from messenger.lib.volatile import Volatile


def _connect() -> Redis | None:
    return get_redis_connection("default") if settings.REDIS_URL else None


def _count_refusal(key: str) -> None:
    """messenger:limit:send:address:203.0.113.7 → send, address. Other counters refuse nobody."""
    kind, what, per = [*key.split(":"), "", "", ""][1:4]
    if kind == "limit":
        THROTTLED.labels(what, per).inc()


volatile = Volatile(_connect, on_passed=_count_refusal, on_fallback=REDIS_FALLBACK.set)
