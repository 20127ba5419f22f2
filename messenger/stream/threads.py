"""Where Django's synchronous code runs: a few threads, whose database connections go back after each call."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


class Threads:
    """A small pool: as many calls at once as it has threads, the others wait their turn."""

    def __init__(self, name: str, count: int) -> None:
        self._executor = ThreadPoolExecutor(count, thread_name_prefix=name)
        self.pending = 0

    async def run[**P, T](self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def call() -> T:
            try:
                return function(*args, **kwargs)
            finally:
                _give_back_connections()

        self.pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)
        finally:
            self.pending -= 1

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def _give_back_connections() -> None:
    """With a pool each connection goes back to it; without one it stays open within its age, one per thread."""
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close()
        else:
            connection.close_if_unusable_or_obsolete()
