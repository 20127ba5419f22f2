"""Lengths of time come back within five percent."""

import math

from hypothesis import given
from hypothesis import strategies as st

from messenger.lib.tally import Tally
from messenger.services.insight.times import median, ninety, quantile, seconds_of, slot_of


@given(st.floats(1, 100_000_000))
def test_a_length_is_at_most_five_percent_off(seconds: float) -> None:
    assert abs(seconds_of(slot_of(seconds)) / seconds - 1) < 0.05


@given(st.lists(st.floats(1, 1_000_000), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_that_of_the_values(values: list[float], share: float) -> None:
    exact = sorted(values)[math.ceil(share * len(values)) - 1]
    found = quantile(Tally.of(map(slot_of, values)), share)
    assert found is not None
    assert abs(found / exact - 1) < 0.05


def test_what_takes_no_time_and_what_takes_for_ever() -> None:
    assert seconds_of(slot_of(0)) == seconds_of(slot_of(-5)) == 0
    assert slot_of(1e12) == slot_of(1e11)


def test_without_values_there_is_no_median() -> None:
    assert median(Tally()) is None
    assert ninety(Tally()) is None
