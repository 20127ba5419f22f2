"""Simulated time: what happens when, one thing after the other."""

from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from messenger.lib import clock

Action = Callable[[], None]


class Timeline:
    """Actions in the order of their moments, of one moment in the order in which they were planned."""

    def __init__(self, begins: datetime) -> None:
        self.now = begins
        self.steps = 0
        self._planned: list[tuple[datetime, int, Action]] = []
        self._numbers = count()

    def at(self, moment: datetime, action: Action) -> None:
        heappush(self._planned, (moment, next(self._numbers), action))

    def later(self, seconds: float, action: Action) -> None:
        self.at(self.now + timedelta(seconds=seconds), action)

    def run(self, until: datetime, after_each: Action) -> None:
        while self._planned and self._planned[0][0] <= until:
            self.now, _number, action = heappop(self._planned)
            self.steps += 1
            with clock.at(self.now):
                action()
                after_each()
