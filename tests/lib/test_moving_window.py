"""A limit in any stretch of time, in the real Redis."""

import subprocess
import sys

import pytest
from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis

from messenger.lib.moving_window import admit
from tests.parallel import in_parallel

KEY = "test:window"
PROCESS = """
import sys
from redis import Redis
from messenger.lib.moving_window import admit
redis = Redis.from_url(sys.argv[1])
redis.ping()
print("ready", flush=True)
sys.stdin.readline()
print(sum(admit(redis, sys.argv[2], 45, 61) for _ in range(40)))
"""


@pytest.fixture
def redis() -> Redis:
    client: Redis = get_redis_connection("default")
    return client


def let_pass(redis: Redis, seconds: float) -> None:
    """Moves what was let through into the past."""
    for index, moment in enumerate(redis.lrange(KEY, 0, -1)):
        redis.lset(KEY, index, str(int(moment) - int(seconds * 1_000_000)))


def admitted(redis: Redis, attempts: int, limit: int = 3) -> int:
    return sum(admit(redis, KEY, limit, 60) for _ in range(attempts))


def test_no_more_than_the_limit(redis: Redis) -> None:
    assert [admit(redis, KEY, 3, 60) for _ in range(5)] == [True] * 3 + [False] * 2
    assert admit(redis, "test:other", 3, 60)


def test_window_moves_and_has_no_turn(redis: Redis) -> None:
    assert admitted(redis, 1) == 1
    let_pass(redis, 40)
    assert admitted(redis, 9) == 2
    let_pass(redis, 19)
    assert admitted(redis, 9) == 0
    let_pass(redis, 2)
    assert admitted(redis, 9) == 1
    let_pass(redis, 38)
    assert admitted(redis, 9) == 0
    let_pass(redis, 2)
    assert admitted(redis, 9) == 2


def test_knocking_prolongs_nothing(redis: Redis) -> None:
    admitted(redis, 3)
    let_pass(redis, 59)
    assert admitted(redis, 100) == 0
    let_pass(redis, 2)
    assert admitted(redis, 100) == 3


def test_limit_that_was_lowered_holds_at_once(redis: Redis) -> None:
    admitted(redis, 5, limit=5)
    let_pass(redis, 30)
    assert admitted(redis, 5, limit=2) == 0
    let_pass(redis, 31)
    assert admitted(redis, 5, limit=2) == 2


def test_nothing_is_left_behind(redis: Redis) -> None:
    admitted(redis, 100)
    assert redis.llen(KEY) <= 4
    assert 0 < redis.ttl(KEY) <= 60


def test_threads_share_the_limit(redis: Redis) -> None:
    assert sum(in_parallel(16, lambda: admitted(redis, 10, limit=45))) == 45


def test_processes_share_the_limit() -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, settings.REDIS_URL, KEY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    assert [process.stdout.readline() for process in processes if process.stdout] == ["ready\n"] * 3
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sum(int(process.communicate(timeout=30)[0]) for process in processes) == 45
