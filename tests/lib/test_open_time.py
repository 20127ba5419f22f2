"""How long it was open between two moments."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messenger.lib.opening_hours import Interval, Timetable, is_open, open_time

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Timetable(BERLIN, tuple(Interval(day, time(9), time(18)) for day in range(1, 6)), frozenset())
NIGHT = Timetable(BERLIN, (Interval(6, time(22), time(6)),), frozenset())


def berlin(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        (berlin(23, 10), berlin(23, 11, 30), 1.5),
        (berlin(23, 17), berlin(24, 10), 2),
        (berlin(20, 17, 30), berlin(23, 9, 15), 0.75),
        (berlin(21, 10), berlin(22, 20), 0),
        (berlin(23, 11), berlin(23, 10), 0),
        (berlin(16, 0), berlin(30, 0), 90),
    ],
    ids=["within", "over night", "over the weekend", "while closed", "backwards", "two weeks"],
)
def test_counts_open_hours(since: datetime, until: datetime, hours: float) -> None:
    assert open_time(WEEK, since, until) == timedelta(hours=hours)


def test_nothing_opens_on_a_holiday() -> None:
    closed = Timetable(BERLIN, WEEK.intervals, frozenset({date(2026, 11, 24)}))
    assert open_time(closed, berlin(23, 17), berlin(25, 10)) == timedelta(hours=2)


def test_an_hour_that_comes_twice_counts_twice() -> None:
    assert open_time(NIGHT, berlin(24, 12, month=10), berlin(25, 12, month=10)) == timedelta(hours=9)
    assert open_time(NIGHT, berlin(28, 12, month=3), berlin(29, 12, month=3)) == timedelta(hours=7)


def test_hours_that_overlap_count_once() -> None:
    both = Timetable(BERLIN, (Interval(1, time(9), time(12)), Interval(1, time(11), time(13))), frozenset())
    assert open_time(both, berlin(23, 0), berlin(24, 0)) == timedelta(hours=4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 14 * 24 * 4), st.integers(0, 3 * 24 * 4))
def test_is_what_a_walk_in_steps_finds(begin: int, steps: int) -> None:
    step, start = timedelta(minutes=15), datetime(2026, 10, 19, tzinfo=UTC) + timedelta(minutes=15 * begin)
    moments = [start + number * step for number in range(steps)]
    found = sum((step for at in moments if is_open(WEEK, at) or is_open(NIGHT, at)), timedelta())
    both = Timetable(BERLIN, WEEK.intervals + NIGHT.intervals, frozenset())
    assert open_time(both, start, start + steps * step) == found
