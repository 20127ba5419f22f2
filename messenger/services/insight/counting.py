"""Keeps the sums of past days: each day is counted after it is over, and again when something in it changed.

A day's rows are taken away and written anew, with those of its month, in one transaction under one lock. Counting a day
twice changes nothing, and what a killed run left undone is found by the next.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import transaction

from messenger.lib import clock
from messenger.lib.advisory_lock import wait_for_lock
from messenger.lib.budget import Budget
from messenger.models import CountedDay, Figures
from messenger.services.insight import days as calendar
from messenger.services.insight.adding import Cell, added_up, summed, timetables
from messenger.services.insight.facts import facts, first_moment, summarize_times
from messenger.services.insight.staleness import mark_stale
from messenger.services.insight.sums import COUNTS, TALLIES, Sums

Grain, Level = Figures.Grain, Figures.Level
# So many days are counted in one transaction at most: some seconds under the lock, which nobody else waits for.
MOST_DAYS = 8
BATCH = 500


def catch_up(*, seconds: float = math.inf) -> int:
    """Counts the days that nobody has counted yet, and anew those in which something changed; how many.

    The newest first. None more is begun once `seconds` are over.
    """
    budget, counted = Budget(seconds), 0
    summarize_times()
    mark_stale()
    for days in _portions(_due()):
        if budget.is_spent:
            break
        counted += _count_and_mark(days)
    return counted


def count_range(first: date, last: date) -> int:
    """Counts these days, whatever was counted before; today and what comes isn't over. How many."""
    mark_stale()
    begun = first_moment()
    if begun is None:
        return 0
    first = max(first, calendar.day_of(begun))
    last = min(last, calendar.today() - calendar.ONE)
    return sum(_count_and_mark(days) for days in _portions(calendar.each_day(first, last)))


def _count_and_mark(days: Sequence[date]) -> int:
    """What happened meanwhile on other days is marked at once: later looks go back to the latest count alone."""
    counted = count(days)
    mark_stale()
    return counted


@transaction.atomic
def count(days: Sequence[date]) -> int:
    """Days of one month, all of them over."""
    wait_for_lock("messenger.figures")
    counted_at, hours, month = clock.now(), timetables(), calendar.month_of(days[0])
    Figures.objects.filter(grain=Grain.DAY, day__in=days).delete()
    for day in days:
        _write(Grain.DAY, day, added_up(facts(*calendar.bounds(day)), hours))
    CountedDay.objects.bulk_create(
        [CountedDay(day=day, counted_at=counted_at, is_stale=False) for day in days],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["counted_at", "is_stale"],
    )
    if calendar.last_of_month(month) < calendar.today():
        _count_month(month)
    return len(days)


def _due() -> list[date]:
    """Days that are over and not counted, or stale."""
    begun = first_moment()
    if begun is None:
        return []
    fresh = set(CountedDay.objects.filter(is_stale=False).values_list("day", flat=True))
    over = calendar.each_day(calendar.day_of(begun), calendar.today() - calendar.ONE)
    return [day for day in over if day not in fresh]


def _portions(days: Iterable[date]) -> list[list[date]]:
    """The newest first, none of two months."""
    portions = [
        found[begin : begin + MOST_DAYS]
        for _month, found in calendar.by_month(days)
        for begin in range(0, len(found), MOST_DAYS)
    ]
    return portions[::-1]


def _count_month(month: date) -> None:
    """From the rows of its days; those of which nothing is there count for nothing."""
    last = calendar.last_of_month(month)
    rows = Figures.objects.filter(grain=Grain.DAY, level=Level.CELL, day__range=(month, last))
    cells: dict[Cell, Sums] = defaultdict(Sums)
    columns = ("inbox_id", "branch_id", "operator_id", *COUNTS, *TALLIES)
    for inbox, branch, operator, *values in rows.values_list(*columns).iterator():
        cells[Cell(inbox, branch, operator)].add(Sums.stored(values))
    Figures.objects.filter(grain=Grain.MONTH, day=month).delete()
    _write(Grain.MONTH, month, cells)


def _write(grain: str, day: date, cells: Mapping[Cell, Sums]) -> None:
    levels = (
        (Level.CELL, cells),
        (Level.INBOX, summed(cells, inboxes=True, desks=False)),
        (Level.DESK, summed(cells, inboxes=False, desks=True)),
    )
    rows = [
        Figures(grain=grain, level=level, day=day, **cell._asdict(), **sums.columns())
        for level, found in levels
        for cell, sums in found.items()
    ]
    Figures.objects.bulk_create(rows, batch_size=BATCH)
