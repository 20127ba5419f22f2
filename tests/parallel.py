"""Races against the real database: threads that start together."""

import threading
from collections.abc import Callable

from django.db import connection


def in_parallel[T](count: int, act: Callable[[], T]) -> list[T]:
    """Runs `act` in threads that start at one barrier; their results. An error in one fails the test."""
    barrier = threading.Barrier(count)
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            barrier.wait()
            results.append(act())
        except BaseException as error:  # noqa: BLE001  (told to the test's own thread)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
