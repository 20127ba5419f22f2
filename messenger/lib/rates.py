"""Rates in DRF's form, such as `60/min`."""

from functools import lru_cache
from typing import NamedTuple

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Rate(NamedTuple):
    """At most `limit` in each window of `seconds`."""

    limit: int
    seconds: int


@lru_cache(maxsize=256)
def parse_rate(text: str) -> Rate | None:
    """None for an empty text, which means no limit."""
    if not text:
        return None
    limit, _, period = text.partition("/")
    return Rate(int(limit), _SECONDS[period[0]])
