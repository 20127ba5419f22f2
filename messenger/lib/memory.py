"""Keys with a life in seconds in this process's memory: what stands in for Redis."""

import threading
import time
from typing import Any

from cachetools import TLRUCache

MEMORY_ITEMS = 50_000


def _expires(key: str, item: tuple[Any, float], now: float) -> float:
    return now + item[1]


class Memory:
    def __init__(self) -> None:
        self._items: TLRUCache[str, tuple[Any, float]] = TLRUCache(
            MEMORY_ITEMS, ttu=_expires, timer=time.monotonic
        )
        self._lock = threading.Lock()
        # Mostly nothing ever comes here: then no request has to look.
        self._is_used = False

    def get(self, key: str) -> Any:
        if not self._is_used:
            return None
        with self._lock:
            item = self._items.get(key)
        return item[0] if item else None

    def set(self, key: str, value: Any, seconds: float) -> None:
        self._is_used = True
        with self._lock:
            self._items[key] = (value, seconds)

    def delete(self, *keys: str) -> None:
        if not self._is_used:
            return
        with self._lock:
            for key in keys:
                self._items.pop(key, None)

    def claim(self, key: str, seconds: float) -> bool:
        self._is_used = True
        with self._lock:
            is_free = self._items.get(key) is None
            if is_free:
                self._items[key] = (1, seconds)
        return is_free

    def hit(self, key: str, seconds: int) -> int:
        self._is_used = True
        with self._lock:
            count = (self._items.get(key) or (0, 0))[0] + 1
            self._items[key] = (count, seconds)
        return int(count)
