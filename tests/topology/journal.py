"""What the clients of the load lived through."""

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Journal:
    """Faults are answers that were errors, and requests without an answer; each was tried again by its client."""

    faults: list[tuple[str, int | str]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, what: str, answer: int | str) -> None:
        with self._lock:
            self.faults.append((what, answer))

    def written(self, who: str) -> None:
        with self._lock:
            self.sent[who] += 1

    @property
    def total(self) -> int:
        return self.sent.total()
