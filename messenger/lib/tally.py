"""How often each of a few hundred slots was hit: tallies of days are added up into those of years.

A tally is one large number with 32 bits for each slot, so that adding two of them is a single addition in C. That is
what makes medians over a year cheap: two hundred operators of twelve months are added up in a millisecond.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from struct import Struct

SLOTS = 256
_BITS = 32
_BYTES = _BITS // 8
_LANE = Struct("<I")


@dataclass(frozen=True, slots=True)
class Tally:
    """No slot counts beyond four billion, which is more conversations than anybody has."""

    lanes: int = 0

    @classmethod
    def of(cls, slots: Iterable[int]) -> "Tally":
        """One hit for each of these slots."""
        return cls(sum(hit(slot) for slot in slots))

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.lanes + other.lanes)

    def __bool__(self) -> bool:
        return bool(self.lanes)

    def items(self) -> Iterator[tuple[int, int]]:
        """Each slot that was hit, with how often, in order."""
        for slot, count in enumerate(self._counts()):
            if count:
                yield slot, count

    @property
    def total(self) -> int:
        return sum(self._counts())

    def pack(self) -> bytes:
        """As it is stored: the first slot that was hit, then the counts from there on, four bytes each."""
        if not self.lanes:
            return b""
        first = ((self.lanes & -self.lanes).bit_length() - 1) // _BITS
        rest = self.lanes >> (first * _BITS)
        return bytes([first]) + _little(rest)

    def _counts(self) -> Sequence[int]:
        """Of each slot, up to the last one that was hit."""
        return [count for (count,) in _LANE.iter_unpack(_little(self.lanes))]


def hit(slot: int) -> int:
    """The lanes of a single hit. Slots go from 0 to 255."""
    if not 0 <= slot < SLOTS:
        raise ValueError(f"There is no slot {slot}")
    return 1 << (slot * _BITS)


def _little(lanes: int) -> bytes:
    return lanes.to_bytes(-(-lanes.bit_length() // _BITS) * _BYTES, "little")


def unpacked(stored: bytes | memoryview) -> int:
    """The lanes of what `pack` gave."""
    return int.from_bytes(stored[1:], "little") << (stored[0] * _BITS) if stored else 0
