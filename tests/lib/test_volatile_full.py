"""A Redis that is full takes nothing more: what it has is read, events travel, and new state is kept in memory."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from messenger.lib.volatile import Limit
from tests.lib.test_volatile import KEY, OTHER, Place, clean_redis, hits, tries_at_once

__all__ = ["clean_redis", "tries_at_once"]

VERSION = "test:version"
pytestmark = pytest.mark.usefixtures("tries_at_once")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    tmp_path.chmod(0o755)
    place = Place(tmp_path)
    yield place
    place.close()


@pytest.fixture
def redis(place: Place) -> Iterator[Redis]:
    with Redis.from_url(place.server.url) as client:
        yield client


def fill(redis: Redis) -> None:
    redis.config_set("maxmemory-policy", "noeviction")
    redis.config_set("maxmemory", 1)


def make_room(redis: Redis) -> None:
    redis.config_set("maxmemory", 0)


def test_what_it_has_is_read_and_what_is_new_is_kept_here(place: Place, redis: Redis) -> None:
    place.store.set(KEY, "before", 60)
    fill(redis)
    place.store.set(OTHER, "during", 60)
    assert place.store.is_full
    assert place.store.look([KEY, OTHER], [Limit("test:limit", 9, 60)]).values == ["before", "during"]
    make_room(redis)
    assert place.store.look([KEY, OTHER], [Limit("test:limit", 9, 60)]).values == ["before", "during"]
    assert (place.store.is_full, place.store.degraded_since) == (False, None)


def test_newer_value_wins_over_the_one_it_still_had(place: Place, redis: Redis) -> None:
    place.store.set(KEY, "old", 60)
    fill(redis)
    place.store.set(KEY, "new", 60)
    assert place.store.get(KEY) == "new"
    make_room(redis)
    assert place.store.get(KEY) == "new"


def test_limits_hold(place: Place, redis: Redis) -> None:
    fill(redis)
    limit = Limit("test:limit", 2, 86_400)
    assert [hits(place.store, limit) > 0 for _ in range(4)] == [False, False, True, True]


def test_events_travel_and_no_old_version_stays(place: Place, redis: Redis) -> None:
    place.store.publish(["test:channel"], b"{}", raising=VERSION)
    fill(redis)
    place.store.set(KEY, 1, 60)
    with redis.pubsub() as pubsub:  # type: ignore[no-untyped-call]
        pubsub.subscribe("test:channel")
        assert pubsub.get_message(timeout=5)
        assert place.store.listeners("test:channel") == 1
        assert place.store.publish(["test:channel"], b"{}", raising=VERSION)
        message = pubsub.get_message(timeout=5)
        assert message is not None
        assert message["data"] == b"{}"
    assert redis.get(VERSION) is None


def test_it_is_told_once_and_is_back_only_when_it_takes_something(
    place: Place, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    fill(redis)
    place.store.set(KEY, 1, 60)
    for _ in range(5):
        place.store.get(KEY)
        place.store.set(OTHER, 2, 60)
        place.store.publish(["test:channel"], b"{}")
    make_room(redis)
    place.store.get(KEY)
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert told[0] == "Redis is full, state is kept in this process's memory: OutOfMemoryError"
    assert told[1].startswith("Redis works again after")
    assert len(told) == 2


def test_one_that_was_full_and_is_gone_is_gone(place: Place, redis: Redis) -> None:
    fill(redis)
    place.store.set(KEY, 1, 60)
    place.stop()
    assert not place.store.publish(["test:channel"], b"{}")
    assert not place.store.is_full
    assert place.store.get(KEY) == 1
