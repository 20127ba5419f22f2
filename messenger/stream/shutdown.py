"""Ends the streams when the process is told to stop: the server itself would wait for them for ever."""

import asyncio
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Farewell:
    """Stands before the server's own signal handlers, which go on working."""

    def __init__(self, say: Callable[[], None]) -> None:
        self._say = say
        self._loop = asyncio.get_running_loop()
        self._before: dict[int, Any] = {}

    def install(self) -> None:
        for number in SIGNALS:
            try:
                self._before[number] = signal.signal(number, self._told)
            except ValueError:
                return  # Not the main thread: then it is for the server's lifespan to say.

    def remove(self) -> None:
        for number, handler in self._before.items():
            if signal.getsignal(number) == self._told:
                signal.signal(number, handler)

    def _told(self, number: int, stack: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._say)
        before = self._before.get(number)
        if callable(before):
            before(number, stack)
        elif before == signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
