"""Days and months as the project's own time zone has them (settings.TIME_ZONE), whoever looks."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.utils import timezone

from messenger.lib import clock

ONE = timedelta(days=1)


def today() -> date:
    return day_of(clock.now())


def day_of(moment: datetime) -> date:
    return local(moment).date()


def local(moment: datetime) -> datetime:
    return moment.astimezone(timezone.get_default_timezone())


def beginning(day: date) -> datetime:
    """The first instant of the day. Days that begin at the change of the clock are shorter or longer than others."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def bounds(day: date) -> tuple[datetime, datetime]:
    """From the first instant of the day until just before that of the next."""
    return beginning(day), beginning(day + ONE)


def each_day(first: date, last: date) -> Iterator[date]:
    """Both included; none where `last` comes before `first`."""
    while first <= last:
        yield first
        first += ONE


def month_of(day: date) -> date:
    """Its first day."""
    return day.replace(day=1)


def last_of_month(month: date) -> date:
    return month_of(month.replace(day=1) + timedelta(days=31)) - ONE


def by_month(days: Iterable[date]) -> list[tuple[date, list[date]]]:
    """The days of each month, in order."""
    return [(month, list(found)) for month, found in groupby(sorted(days), key=month_of)]
