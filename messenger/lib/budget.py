"""What a job that works in batches may take: so much time in all, and so little with each batch."""

import math
import time

# A batch holds its rows until it is committed; nobody should wait for one of them for a tenth of a second.
LONG_SECONDS, SHORT_SECONDS = 0.05, 0.02
FEWEST = 10


class Budget:
    """So many seconds from now; a job that is cut short by it goes on the next time it runs.

    What a worker's timeout cuts is counted as failed and begun again; what ends by itself is not.

    `size` is that of the next batch: `most` at first, fewer after one that took long, on whatever machine it is.
    """

    def __init__(self, seconds: float = math.inf, *, most: int = 1) -> None:
        self.size = most
        self._most = most
        self._begun = time.monotonic()
        self._until = self._begun + seconds

    @property
    def is_spent(self) -> bool:
        return time.monotonic() >= self._until

    def begin_batch(self) -> int:
        """Its size."""
        self._begun = time.monotonic()
        return self.size

    def end_batch(self) -> None:
        self.adapt(time.monotonic() - self._begun)

    def adapt(self, seconds: float) -> None:
        """The last batch took so long."""
        if seconds > LONG_SECONDS:
            self.size = max(min(FEWEST, self._most), self.size // 2)
        elif seconds < SHORT_SECONDS:
            self.size = min(self._most, self.size * 2)
