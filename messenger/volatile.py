"""The process's one store of short-lived state, in the Redis of Django's cache, under keys without a prefix."""

from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis

from messenger.lib.volatile import Volatile


def _connect() -> Redis | None:
    return get_redis_connection("default") if settings.REDIS_URL else None


volatile = Volatile(_connect)
