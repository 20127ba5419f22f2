"""Lengths of time as slots of a tally: each slot ends ten percent above where it begins.

What is read from a slot is its middle, which is at most 5 % away from any length in it (docs/figures.md).
"""

import math

from messenger.lib.tally import Tally

RATIO = 1.1
_LOG = math.log(RATIO)
# Some five years; whatever takes longer counts as that.
LONGEST = 200


def slot_of(seconds: float) -> int:
    """Slot 0 is what takes less than a second."""
    return 0 if seconds < 1 else min(1 + int(math.log(seconds) / _LOG + 1e-9), LONGEST)


def seconds_of(slot: int) -> float:
    return 0.0 if slot == 0 else RATIO ** (slot - 0.5)


def quantile(tally: Tally, share: float) -> float | None:
    """The seconds within which this share of all came (the nearest rank); None where there are none."""
    found = list(tally.items())
    rank = math.ceil(share * sum(count for _slot, count in found))
    for slot, count in found:
        rank -= count
        if rank <= 0:
            return seconds_of(slot)
    return None


def median(tally: Tally) -> float | None:
    return quantile(tally, 0.5)


def ninety(tally: Tally) -> float | None:
    """What nine of ten were within."""
    return quantile(tally, 0.9)
