"""Tallies add up, and come out of the database as they went in."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.lib.tally import SLOTS, Tally, hit, unpacked

SLOT = st.integers(0, SLOTS - 1)


@given(st.lists(SLOT), st.lists(SLOT))
def test_counts_every_hit(one: list[int], other: list[int]) -> None:
    both = Tally.of(one) + Tally.of(other)
    assert dict(both.items()) == Counter(one + other)
    assert both.total == len(one) + len(other)


@given(st.lists(SLOT))
def test_is_stored_as_it_is(slots: list[int]) -> None:
    tally = Tally.of(slots)
    assert Tally(unpacked(tally.pack())) == tally
    assert bool(tally) == bool(slots)


def test_only_what_was_hit_takes_room() -> None:
    assert Tally.of([]).pack() == b""
    assert len(Tally.of([200]).pack()) == 5
    assert len(Tally.of([7, 9]).pack()) == 1 + 3 * 4


@pytest.mark.parametrize("slot", [-1, SLOTS])
def test_there_are_no_other_slots(slot: int) -> None:
    with pytest.raises(ValueError, match="no slot"):
        hit(slot)
