"""Threads for calls that are not waited for long."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from messenger.lib.geoip import LookupFailed
from messenger.lib.geoip.workers import Workers

# Forks while the parent's threads are all at work: the child must not take them for its own.
FORK = """
import os, threading
from messenger.lib.geoip.workers import COUNT, workers
begin, end = threading.Barrier(COUNT + 1), threading.Event()
def work():
    begin.wait(5)
    end.wait(20)
for _ in range(COUNT):
    threading.Thread(target=workers().run, args=[work, 20]).start()
begin.wait(5)
child = os.fork()
if child == 0:
    os._exit(0 if workers().run(lambda: 2, 5) == 2 else 1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
end.set()
raise SystemExit(status)
"""


def test_value_and_error_come_back() -> None:
    workers = Workers(1)
    assert [workers.run(lambda: 1, 5) for _ in range(50)] == [1] * 50
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            workers.run(lambda: 1 // 0, 5)


def test_who_waits_leaves_in_time() -> None:
    end = threading.Event()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        Workers(1).run(lambda: end.wait(10), 0.05)
    assert time.monotonic() - started < 2
    end.set()


def test_call_that_finds_no_thread_is_refused_at_once() -> None:
    workers, begin, end = Workers(2), threading.Barrier(3), threading.Event()

    def work() -> bool:
        begin.wait(5)
        return end.wait(5)

    with ThreadPoolExecutor() as others:
        calls = [others.submit(workers.run, work, 5) for _ in range(2)]
        begin.wait(5)
        with pytest.raises(LookupFailed) as caught:
            workers.run(lambda: True, 5)
        assert not caught.value.is_breakage
        end.set()
        assert [call.result() for call in calls] == [True, True]
    assert workers.run(lambda: True, 5)


def test_child_of_a_fork_has_threads_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
