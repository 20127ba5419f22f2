"""What is away in a test: the database, Redis, or not the worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import LazySettings
from django.core.cache import cache
from django.db import OperationalError, connection
from django_q.conf import Conf
from django_q.signing import SignedPackage
from django_redis import get_redis_connection

from messenger.events import STREAM_SERVICE_CHANNEL
from messenger.lib import volatile as library
from messenger.volatile import volatile


class FakeCluster:
    """What a worker says of itself; django-q2 only ever reads it."""

    def __init__(self, *workers: int) -> None:
        self.workers = list(workers)


def show_life() -> None:
    """A worker with two processes says that it is alive."""
    key = f"{Conf.Q_STAT}:test"
    cache.set(Conf.Q_STAT, [key])
    cache.set(key, SignedPackage.dumps(FakeCluster(1, 2), True), 3)


@contextmanager
def stream_service() -> Iterator[None]:
    """A stream process listens."""
    with get_redis_connection("default").pubsub() as pubsub:
        pubsub.subscribe(STREAM_SERVICE_CHANNEL)
        assert pubsub.get_message(timeout=5)
        yield


@contextmanager
def database_away(error: type[Exception] = OperationalError) -> Iterator[None]:
    """Every statement fails, with words that nobody outside should read."""

    def fail(*_statement: Any) -> None:
        raise error("connection to server at 10.0.0.7 failed: password authentication failed")

    with connection.execute_wrapper(fail):
        yield


@contextmanager
def redis_away(settings: LazySettings) -> Iterator[None]:
    """Nobody listens where Redis should be."""
    usual = settings.CACHES
    settings.CACHES = {"default": usual["default"] | {"LOCATION": "redis://:secret@127.0.0.1:1/0"}}
    try:
        yield
    finally:
        settings.CACHES = usual
        _ask_again()


def _ask_again() -> None:
    """The next test finds Redis again, however short the outage was."""
    usual, library.RETRY_SECONDS = library.RETRY_SECONDS, 0.0
    volatile._retry_at = 0.0
    volatile.get("messenger:is-back")
    library.RETRY_SECONDS = usual
    assert volatile.degraded_since is None
