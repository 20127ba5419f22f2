"""Opening hours, as the clock on the wall of a place shows them.

Time zones shift, so hours are compared with the wall clock and never counted from midnight. An hour that the clock
shows twice counts twice, and an opening time that the clock skips takes effect at the jump.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

HORIZON = timedelta(days=400)
_DAY = timedelta(days=1)
_DAY_SECONDS = 86_400
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """From `opens` until just before `closes`, every week.

    `weekday` is ISO's: 1 Monday … 7 Sunday. Where `closes` isn't after `opens` it is on the next day, so that equal
    times mean 24 hours.
    """

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Timetable:
    """The week of a place; on `holidays`, dates of its zone, no interval begins."""

    zone: ZoneInfo
    intervals: tuple[Interval, ...]
    holidays: frozenset[date] = frozenset()


def is_open(timetable: Timetable, at: datetime) -> bool:
    """Whether it is open at this instant. A naive `at` raises ValueError."""
    wall = _wall(_utc(at), timetable.zone)
    return any(begin <= wall < end for begin, end in _spans(timetable, wall.date(), wall.date()))


def next_opening(timetable: Timetable, at: datetime) -> datetime | None:
    """The first instant from `at` on at which it is open, in the zone of the timetable.

    That is `at` itself while it is open, and None where nothing opens within `HORIZON`. A naive `at` raises
    ValueError. Compare answers in UTC: within one zone Python compares what the clock shows, and forgets which pass
    of a repeated hour is meant.
    """
    instant = _utc(at)
    horizon = instant + HORIZON
    while timetable.intervals and instant < horizon:
        until = min(_steady_until(instant, timetable.zone), horizon)
        opening = _first_opening(timetable, instant, until)
        if opening is not None:
            return opening.astimezone(timetable.zone)
        instant = until
    return None


def open_time(timetable: Timetable, since: datetime, until: datetime) -> timedelta:
    """How much of the time between two instants it was open; nothing where `until` comes first."""
    instant, end, total = _utc(since), _utc(until), timedelta()
    while timetable.intervals and instant < end:
        stop = min(_steady_until(instant, timetable.zone), end)
        total += _open_while_steady(timetable, instant, stop)
        instant = stop
    return total


def overlapping(intervals: Iterable[Interval]) -> list[tuple[Interval, Interval]]:
    """The pairs that share some time of the week, which has no end: Sunday's night runs into Monday."""
    return [(one, other) for one, other in combinations(intervals, 2) if _overlap(one, other)]


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("The instant has no time zone")
    return at.astimezone(UTC)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the clock shows. The instant is in UTC: one that is in `zone` could name a time that the clock skips."""
    return instant.astimezone(zone).replace(tzinfo=None)


def _steady_until(instant: datetime, zone: ZoneInfo) -> datetime:
    """The clock runs evenly from `instant` to here, which is its next shift or a day later.

    The search needs at most one shift in a day. In all of the zone database no two are less than three days apart.
    """
    first = instant.replace(microsecond=0)
    offset = _offset(first, zone)
    if _offset(first + _DAY, zone) == offset:
        return first + _DAY
    shifted = bisect(
        range(_DAY_SECONDS),
        False,
        key=lambda seconds: _offset(first + timedelta(seconds=seconds), zone) != offset,
    )
    return first + timedelta(seconds=shifted)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta | None:
    return instant.astimezone(zone).utcoffset()


def _first_opening(timetable: Timetable, instant: datetime, until: datetime) -> datetime | None:
    """Between two instants with no shift of the clock between them, so that a plain difference of times holds."""
    wall = _wall(instant, timetable.zone)
    wall_until = wall + (until - instant)
    spans = _spans(timetable, wall.date(), wall_until.date())
    openings = [max(begin, wall) for begin, end in spans if wall < end and begin < wall_until]
    return instant + (min(openings) - wall) if openings else None


def _open_while_steady(timetable: Timetable, instant: datetime, until: datetime) -> timedelta:
    """The same between two instants with no shift of the clock between them."""
    wall = _wall(instant, timetable.zone)
    end, total = wall + (until - instant), timedelta()
    for opens, closes in sorted(_spans(timetable, wall.date(), end.date())):
        stop = min(closes, end)
        if stop > max(opens, wall):
            total += stop - max(opens, wall)
            wall = stop
    return total


def _spans(timetable: Timetable, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """The intervals of these dates and of the night before them, by the wall clock."""
    day = first - _DAY
    while day <= last:
        weekday, next_day = day.isoweekday(), day + _DAY
        for interval in timetable.intervals if day not in timetable.holidays else ():
            if interval.weekday == weekday:
                end = day if interval.opens < interval.closes else next_day
                yield datetime.combine(day, interval.opens), datetime.combine(end, interval.closes)
        day = next_day


def _length(interval: Interval) -> timedelta:
    return (_since_midnight(interval.closes) - _since_midnight(interval.opens)) % _DAY or _DAY


def _since_midnight(clock: time) -> timedelta:
    return timedelta(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond
    )


def _overlap(one: Interval, other: Interval) -> bool:
    """The later of two arcs on a circle begins within the earlier; either may be the later."""
    ahead = (_since_monday(other) - _since_monday(one)) % _WEEK
    return ahead < _length(one) or -ahead % _WEEK < _length(other)


def _since_monday(interval: Interval) -> timedelta:
    return (interval.weekday - 1) * _DAY + _since_midnight(interval.opens)
