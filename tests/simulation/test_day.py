"""The day is simulated once, with all rules asked after each step; here stands what it has to come to."""

import pytest

from tests.simulation.day import Day
from tests.simulation.numbers import jain, numbers
from tests.simulation.report import quoted, table

# If all of a branch were busy without a pause, their different pace alone would make 0.98. One of five who got twice
# what the others get would make 0.90.
LEAST_FAIRNESS = 0.95


@pytest.mark.django_db(transaction=True)
def test_a_day_keeps_all_rules_and_comes_to_the_numbers_that_the_page_quotes() -> None:
    day = Day()
    day.run()
    found = numbers(day)
    assert {name: jain(found[name].per_hour) >= LEAST_FAIRNESS for name in found} == dict.fromkeys(
        found, True
    )
    assert table(found) == quoted(), "run: python -m crm.servers run -- python -m tests.simulation"
