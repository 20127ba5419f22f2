"""Each thread keeps a connection to Redis, and a child process makes one of its own."""

import os
import threading
from collections.abc import Callable

import pytest
from django_redis import get_redis_connection

from messenger.volatile import _connect, volatile


def connection_id() -> int:
    redis = _connect()
    assert redis is not None
    return int(redis.client_id())


def test_a_thread_keeps_its_connection() -> None:
    assert connection_id() == connection_id()


def in_a_thread(act: Callable[[], None]) -> None:
    thread = threading.Thread(target=act)
    thread.start()
    thread.join()


def test_threads_have_connections_of_their_own() -> None:
    found: list[int] = []
    in_a_thread(lambda: found.append(connection_id()))
    assert found[0] != connection_id()


def check_a_child() -> None:
    ours, (reader, writer) = connection_id(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, str(connection_id()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = int(os.read(reader, 32))
    os.close(reader)
    os.close(writer)
    assert theirs != ours
    assert connection_id() == ours, "the child has closed its parent's connection"


def test_a_child_makes_its_own() -> None:
    check_a_child()


def test_a_child_of_a_thread_makes_its_own() -> None:
    done = threading.Event()

    def act() -> None:
        check_a_child()
        done.set()

    in_a_thread(act)
    assert done.is_set()


@pytest.mark.parametrize("times", [1, 3])
def test_a_connection_that_the_server_closed_is_made_anew(times: int) -> None:
    volatile.set("messenger:test:kept", "here", 60)
    for _ in range(times):
        get_redis_connection("default").client_kill_filter(_id=connection_id())
        assert volatile.get("messenger:test:kept") == "here"
        assert volatile.degraded_since is None
