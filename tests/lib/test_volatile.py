"""Short-lived state with a Valkey of its own that goes away, hangs and comes back."""

import logging
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm.servers import Valkey
from messenger.lib import volatile as module
from messenger.lib.memory import MEMORY_ITEMS, Memory
from messenger.lib.volatile import Limit, Volatile
from tests.parallel import in_parallel

KEY, OTHER = "test:a", "test:b"


class Place:
    """A Valkey, and the store that keeps its state there, with the timeouts of the settings."""

    def __init__(self, folder: Path) -> None:
        (folder / "log").mkdir()
        self.server = Valkey(folder)
        self._clients: dict[int, Redis] = {}
        self.start()
        self.store = Volatile(self._client)

    def start(self) -> None:
        self.server.start()
        self.server.wait()

    def stop(self) -> None:
        self.server.stop(at_once=True)

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self.server.stop(at_once=True)

    def _client(self) -> Redis:
        return self._clients.setdefault(
            self.server.port,
            Redis.from_url(
                self.server.url,
                socket_connect_timeout=0.5,
                socket_timeout=1.0,
                retry=Retry(NoBackoff(), 1),
            ),
        )


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """The tests' common Redis has no part in these."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    tmp_path.chmod(0o755)
    place = Place(tmp_path)
    yield place
    place.close()


@pytest.fixture
def tries_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)


def hits(store: Volatile, *limits: Limit) -> int:
    return store.look([], limits).retry_after


# --- While it is there -------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1, 0, "", "text", [1, "a"], {"a": None}, False])
def test_value_comes_back_as_it_was(place: Place, value: Any) -> None:
    place.store.set(KEY, value, 60)
    assert place.store.get(KEY) == value
    assert place.store.get(OTHER) is None


def test_values_come_in_the_order_asked_for(place: Place) -> None:
    place.store.set(OTHER, 2, 60)
    assert place.store.look([KEY, OTHER, KEY], [Limit("test:limit", 9, 60)]).values == [None, 2, None]


def test_deleted_value_is_gone(place: Place) -> None:
    place.store.set(KEY, 1, 60)
    place.store.delete(KEY, OTHER)
    assert place.store.get(KEY) is None


def test_first_limit_that_is_passed_stops_the_count(place: Place) -> None:
    own, common = Limit("test:own", 2, 86_400), Limit("test:common", 3, 86_400)
    waits = [hits(place.store, own, common) for _ in range(9)]
    assert [wait > 0 for wait in waits] == [False] * 2 + [True] * 7
    assert [hits(place.store, common) > 0 for _ in range(2)] == [False, True]


def test_parallel_hits_are_counted_exactly(place: Place) -> None:
    limit = Limit("test:limit", 10, 86_400)
    assert sorted(in_parallel(24, lambda: hits(place.store, limit) > 0)) == [False] * 10 + [True] * 14


def test_restart_that_forgets_scripts_and_connections_is_not_noticed(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    limit = Limit("test:limit", 1, 86_400)
    hits(place.store, limit)
    place.store._connect().script_flush()  # type: ignore[union-attr]
    place.store._connect().client_kill_filter(_type="normal", skipme=False)  # type: ignore[union-attr]
    assert hits(place.store, limit) > 0
    assert not caplog.records


# --- While it is away --------------------------------------------------------------------------------------


def test_memory_takes_over_and_what_it_kept_outlives_the_outage(place: Place, tries_at_once: None) -> None:
    place.store.set(KEY, "before", 60)
    place.stop()
    assert place.store.get(KEY) is None
    place.store.set(OTHER, "during", 60)
    assert place.store.get(OTHER) == "during"
    place.start()
    assert place.store.get(OTHER) == "during"
    assert place.store.degraded_since is None
    place.store.set(OTHER, "after", 60)
    assert place.store.get(OTHER) == "after"
    assert Redis.from_url(place.server.url).get(OTHER) == b'"after"'


def test_limits_hold_in_memory(place: Place) -> None:
    place.stop()
    own, common = Limit("test:own", 2, 86_400), Limit("test:common", 3, 86_400)
    assert [hits(place.store, own, common) > 0 for _ in range(5)] == [False] * 2 + [True] * 3
    assert [hits(place.store, common) > 0 for _ in range(2)] == [False, True]


def test_parallel_hits_are_counted_exactly_in_memory(place: Place) -> None:
    place.stop()
    limit = Limit("test:limit", 10, 86_400)
    assert sorted(in_parallel(24, lambda: hits(place.store, limit) > 0)) == [False] * 10 + [True] * 14


def test_deleting_and_publishing_break_nothing(place: Place) -> None:
    assert place.store.publish(["test:channel"], b"{}", raising="test:version")
    place.stop()
    assert not place.store.publish(["test:channel"], b"{}", raising="test:version")
    assert not place.store.is_shared
    place.store.set(KEY, 1, 60)
    place.store.delete(KEY)
    assert place.store.get(KEY) is None


def test_log_says_so_once_each_way(
    place: Place, tries_at_once: None, caplog: pytest.LogCaptureFixture
) -> None:
    place.stop()
    in_parallel(8, lambda: [place.store.get(KEY) for _ in range(5)])
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    place.start()
    in_parallel(8, lambda: [place.store.get(KEY) for _ in range(5)])
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]
    assert place.server._password not in caplog.text


def test_dead_server_is_not_waited_for(place: Place) -> None:
    place.stop()
    started = time.monotonic()
    for _ in range(500):
        place.store.look([KEY], [Limit("test:limit", 9, 60)])
    assert time.monotonic() - started < 2


def test_of_many_requests_one_waits_for_a_hanging_server(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.server.child is not None
    place.store.set(KEY, 1, 60)
    os.kill(place.server.child.pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        place.store.get(KEY)
        assert time.monotonic() - started < 5
        place.store._retry_at = 0.0
        monkeypatch.setattr(module, "RETRY_SECONDS", 60.0)
        waits = in_parallel(8, lambda: seconds_for(place.store))
        assert sum(wait > 0.5 for wait in waits) == 1, waits
    finally:
        os.kill(place.server.child.pid, signal.SIGCONT)


def seconds_for(store: Volatile) -> float:
    started = time.monotonic()
    store.get(KEY)
    return time.monotonic() - started


def test_without_any_redis_memory_is_all_there_is(caplog: pytest.LogCaptureFixture) -> None:
    store = Volatile(lambda: None)
    store.set(KEY, 1, 60)
    assert (store.get(KEY), store.is_shared, store.publish(["test:channel"], b"")) == (1, False, False)
    assert not caplog.records


# --- The memory --------------------------------------------------------------------------------------------


def test_memory_forgets_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    memory = Memory()
    memory.set(KEY, 1, 10)
    now += 9
    assert memory.get(KEY) == 1
    now += 2
    assert memory.get(KEY) is None


def test_memory_has_an_end() -> None:
    memory = Memory()
    for number in range(MEMORY_ITEMS + 100):
        memory.hit(str(number), 60)
    assert len(memory._items) == MEMORY_ITEMS


def test_memory_is_safe_for_threads() -> None:
    memory = Memory()
    in_parallel(8, lambda: [memory.hit(KEY, 60) for _ in range(500)])
    assert memory.hit(KEY, 60) == 4001
