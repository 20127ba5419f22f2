"""Batches become small where they take long, and the job ends in time."""

import pytest

from messenger.lib.budget import FEWEST, Budget


def test_time_that_is_over_is_told() -> None:
    assert Budget(0).is_spent
    assert not Budget(60).is_spent
    assert not Budget().is_spent


def test_batch_that_took_long_is_followed_by_a_smaller_one() -> None:
    budget = Budget(most=100)
    sizes = []
    for seconds in (0.03, 0.2, 0.2, 0.2, 0.2, 0.2, 0.03, 0.001, 0.001, 0.001, 0.001, 0.001):
        budget.adapt(seconds)
        sizes.append(budget.size)
    assert sizes == [100, 50, 25, 12, FEWEST, FEWEST, FEWEST, 20, 40, 80, 100, 100]


@pytest.mark.parametrize("most", [1, 3])
def test_no_batch_is_larger_than_the_most(most: int) -> None:
    budget = Budget(most=most)
    for seconds in (9.0, 0.001, 9.0, 0.001):
        budget.adapt(seconds)
        assert 1 <= budget.size <= most


def test_real_time_is_measured() -> None:
    budget = Budget(most=100)
    assert budget.begin_batch() == 100
    budget.end_batch()
    assert budget.size == 100
