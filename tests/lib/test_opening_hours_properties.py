"""Opening hours against a slow oracle, in every zone there is, with most instants close to a shift of the clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from messenger.lib.opening_hours import Interval, Timetable, is_open, next_opening, overlapping

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
INTERESTING = [
    "Africa/Cairo", "Africa/Casablanca", "Africa/Monrovia", "America/Asuncion", "America/Caracas",
    "America/Havana", "America/New_York", "America/Nuuk", "America/Recife", "America/Santiago", "America/Sao_Paulo",
    "America/Scoresbysund", "America/St_Johns", "Antarctica/Casey", "Antarctica/Troll", "Asia/Amman", "Asia/Beirut",
    "Asia/Gaza", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Tehran", "Asia/Yekaterinburg", "Australia/Lord_Howe",
    "Europe/Berlin", "Europe/Dublin", "Europe/Moscow", "Europe/Volgograd", "Pacific/Apia", "Pacific/Chatham",
    "Pacific/Kiritimati", "Pacific/Kwajalein", "UTC",
]  # fmt: skip


# Since 1990 no two shifts of a zone are closer.
STEP = 6 * DAY
SAMPLES = [datetime(1990, 1, 1, tzinfo=UTC) + number * STEP for number in range(48 * 365 // 6)]


@lru_cache
def shifts(key: str) -> tuple[datetime, ...]:
    """The minutes at which the clock of the zone was shifted, from 1990 to 2037."""
    zone = ZoneInfo(key)
    offsets = [sample.astimezone(zone).utcoffset() for sample in SAMPLES]
    pairs = zip(SAMPLES, pairwise(offsets), strict=False)
    return tuple(_shift_after(sample, zone) for sample, (before, after) in pairs if before != after)


def _shift_after(sample: datetime, zone: ZoneInfo) -> datetime:
    before, after = sample, sample + STEP
    offset = before.astimezone(zone).utcoffset()
    while after - before > MINUTE:
        middle = before + (after - before) // MINUTE // 2 * MINUTE
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def minute_of(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def counted(interval: Interval) -> range:
    """Its minutes, from the midnight before it; those of the next day are 1440 and more."""
    opens, closes = minute_of(interval.opens), minute_of(interval.closes)
    return range(opens, closes if closes > opens else closes + 1440)


class Oracle:
    """The open minutes of each date, counted out on the face of the clock."""

    def __init__(self, table: Timetable) -> None:
        self._table = table
        self._minutes: dict[date, set[int]] = {}

    def is_open(self, at: datetime) -> bool:
        """`at` is in UTC."""
        local = at.astimezone(self._table.zone)
        day = local.date()
        if day not in self._minutes:
            night = {minute - 1440 for minute in self._begun(day - DAY)}
            self._minutes[day] = night | self._begun(day)
        return minute_of(local.time()) in self._minutes[day]

    def _begun(self, day: date) -> set[int]:
        if day in self._table.holidays:
            return set()
        intervals = [interval for interval in self._table.intervals if interval.weekday == day.isoweekday()]
        return {minute for interval in intervals for minute in counted(interval)}


def instants(first: datetime, until: datetime) -> Iterator[datetime]:
    """`first` and the whole minutes after it; nothing changes within a minute."""
    while first < until:
        yield first
        first = first.replace(second=0, microsecond=0) + MINUTE


# Monday is the first bit, and most hours are of every day.
weekdays = st.just(0b1111111) | st.integers(1, 0b1111111)
# In minutes from a shift of the clock.
ends = st.integers(-9, 9).map(lambda quarters: quarters * 15) | st.integers(0, 1439)
weeks = st.lists(st.tuples(weekdays, ends, ends), min_size=1, max_size=3)
away = st.integers(-75, 75) | st.integers(-180, 180) | st.integers(-2 * 1440, 2 * 1440)
seconds = st.sampled_from([0, 0, 1, 59, 59.5])
days_off = st.frozensets(st.integers(-2, 9), max_size=3)
keys = st.sampled_from(INTERESTING) | st.sampled_from(sorted(available_timezones()))
indices = st.integers(0, 199)


def hours(rows: list[tuple[int, int, int]], near: datetime) -> tuple[Interval, ...]:
    """One to three intervals on some days or all, many of them about a time of the clock."""
    return tuple(
        Interval(day, (near + opens * MINUTE).time(), (near + closes * MINUTE).time())
        for days, opens, closes in rows
        for day in range(1, 8)
        if days >> (day - 1) & 1
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Timetable, datetime]:
    """A timetable, and an instant in its zone: mostly within hours of a shift."""
    key = draw(keys)
    moments = shifts(key) or SAMPLES[::300]
    about = moments[draw(indices) % len(moments)]
    local = about.astimezone(ZoneInfo(key))
    holidays = frozenset(local.date() + number * DAY for number in draw(days_off))
    table = Timetable(ZoneInfo(key), hours(draw(weeks), local), holidays)
    return table, (about + draw(away) * MINUTE + draw(seconds) * SECOND).astimezone(table.zone)


@settings(max_examples=100)
@given(cases())
def test_open_as_the_oracle_says(case: tuple[Timetable, datetime]) -> None:
    table, at = case
    start, oracle = at.astimezone(UTC), Oracle(table)
    for minute in instants(start, start + DAY / 4):
        assert is_open(table, minute) == oracle.is_open(minute), minute


@settings(max_examples=200)
@given(cases())
def test_next_opening_is_the_first_open_instant(case: tuple[Timetable, datetime]) -> None:
    table, at = case
    start, found = at.astimezone(UTC), next_opening(table, at)
    assert found is not None
    assert found.tzinfo is table.zone
    end = found.astimezone(UTC)
    assert end >= start
    oracle = Oracle(table)
    assert not any(oracle.is_open(minute) for minute in instants(start, min(end, start + 2 * DAY)))
    assert not any(oracle.is_open(minute) for minute in instants(max(start, end - DAY / 2), end))
    assert oracle.is_open(end)
    assert is_open(table, found)
    assert end == start or not is_open(table, end - SECOND)


@given(cases())
def test_open_now_means_that_the_next_opening_is_now(case: tuple[Timetable, datetime]) -> None:
    table, at = case
    found = next_opening(table, at)
    is_now = found is not None and found.astimezone(UTC) == at.astimezone(UTC)
    assert is_now == is_open(table, at)


@given(cases(), st.sampled_from(INTERESTING))
def test_zone_of_the_instant_changes_nothing(case: tuple[Timetable, datetime], elsewhere: str) -> None:
    table, at = case
    same = at.astimezone(UTC).astimezone(ZoneInfo(elsewhere))
    assert is_open(table, same) == is_open(table, at)
    assert repr(next_opening(table, same)) == repr(next_opening(table, at))


@settings(max_examples=100)
@given(cases(), st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)), st.integers(0, 1))  # noqa: DTZ001
def test_any_local_time_even_a_skipped_one_is_the_instant_it_stands_for(
    case: tuple[Timetable, datetime], naive: datetime, fold: int
) -> None:
    table, at = case
    for local in (at.replace(tzinfo=None), naive):
        written = local.replace(tzinfo=table.zone, fold=fold)
        assert is_open(table, written) == Oracle(table).is_open(written.astimezone(UTC))
        assert repr(next_opening(table, written)) == repr(next_opening(table, written.astimezone(UTC)))


@given(cases(), st.lists(st.integers(0, 10 * 1440), max_size=5).map(sorted))
def test_later_instants_have_no_earlier_openings(
    case: tuple[Timetable, datetime], minutes_on: list[int]
) -> None:
    table, at = case
    found = [next_opening(table, at.astimezone(UTC) + number * MINUTE) for number in (0, *minutes_on)]
    openings = [opening.astimezone(UTC) if opening else datetime.max.replace(tzinfo=UTC) for opening in found]
    assert openings == sorted(openings)


@given(cases())
def test_without_intervals_it_is_closed_for_good(case: tuple[Timetable, datetime]) -> None:
    table = Timetable(case[0].zone, (), case[0].holidays)
    assert not is_open(table, case[1])
    assert next_opening(table, case[1]) is None


@given(weeks)
def test_intervals_overlap_where_they_share_a_minute(rows: list[tuple[int, int, int]]) -> None:
    intervals = hours(rows, datetime(2026, 3, 2, tzinfo=UTC))
    minutes = {interval: week_minutes(interval) for interval in intervals}
    shared = [
        (one, other)
        for number, one in enumerate(intervals)
        for other in intervals[number + 1 :]
        if minutes[one] & minutes[other]
    ]
    assert overlapping(intervals) == shared


def week_minutes(interval: Interval) -> set[int]:
    """With the night of Sunday laid back on Monday."""
    return {((interval.weekday - 1) * 1440 + minute) % (7 * 1440) for minute in counted(interval)}
