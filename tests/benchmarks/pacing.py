"""Writing at an even rate, as both writers of W4 do."""

import time
from collections.abc import Iterator, Sequence


def evenly[T](rate: int, messages: int, among: Sequence[T]) -> Iterator[tuple[int, T]]:
    """The number of each message and whom it goes to, `rate` a second; those behind come at once."""
    began = time.monotonic()
    for number in range(messages):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        yield number, among[number * 7919 % len(among)]
