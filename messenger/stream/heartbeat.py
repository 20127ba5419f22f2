"""One ticker for the heartbeats of all streams, spread over the interval."""

import asyncio

from messenger.stream.stream import Stream

SLOTS = 100


class Heartbeat:
    """A wheel: with each tick the streams of one slot are written to."""

    def __init__(self, seconds: float) -> None:
        self._tick = seconds / SLOTS
        self._slots: list[set[Stream]] = [set() for _ in range(SLOTS)]
        self._next = 0

    def add(self, stream: Stream) -> None:
        self._next = (self._next + 1) % SLOTS
        stream.slot = self._next
        self._slots[stream.slot].add(stream)

    def remove(self, stream: Stream) -> None:
        self._slots[stream.slot].discard(stream)

    async def run(self) -> None:
        while True:
            for slot in self._slots:
                await asyncio.sleep(self._tick)
                for stream in tuple(slot):
                    stream.beat()
