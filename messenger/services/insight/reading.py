"""The sums of a range of days: of whole months, of days, and what isn't counted yet from the rows themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from messenger.models import CountedDay, Figures
from messenger.services.insight import days as calendar
from messenger.services.insight.adding import Cell, added_up, timetables
from messenger.services.insight.facts import facts, first_moment
from messenger.services.insight.sums import COUNTS, TALLIES, Sums

Grain, Level = Figures.Grain, Figures.Level
# Days that aren't counted yet are read from the rows while somebody waits for the page: no more than these.
MOST_LIVE_DAYS = 4
_COLUMNS = ("day", "inbox_id", "branch_id", "operator_id", *COUNTS, *TALLIES)


class Entry(NamedTuple):
    """What was counted on a day, or in the month that begins with it."""

    day: date
    cell: Cell
    sums: Sums


@dataclass(frozen=True, slots=True)
class Scope:
    """Of which branch and inbox; None is all of them."""

    branch_id: int | None = None
    inbox_id: int | None = None

    @property
    def is_everything(self) -> bool:
        return self.branch_id is None and self.inbox_id is None

    def has(self, cell: Cell) -> bool:
        return self.branch_id in {None, cell.branch_id} and self.inbox_id in {None, cell.inbox_id}


@dataclass(frozen=True, slots=True)
class Plan:
    """From where each day of a range is read: whole months by their sums, `counted` days one by one, `live` ones from
    the rows of what happened. Of `missing` ones nothing is known yet."""

    months: Sequence[date] = ()
    days: Sequence[date] = ()
    counted: Sequence[date] = ()
    live: Sequence[date] = ()
    missing: Sequence[date] = ()

    def by_day(self) -> "Plan":
        """The same without months."""
        return replace(self, months=(), days=self.counted)


def plan(first: date, last: date) -> Plan:
    """Of the days that were: none before the first message, none after today. Three queries."""
    begun = first_moment()
    if begun is None:
        return Plan()
    first, last = max(first, calendar.day_of(begun)), min(last, calendar.today())
    counted = set(CountedDay.objects.filter(day__range=(first, last)).values_list("day", flat=True))
    months, days = [], []
    for month, found in calendar.by_month(calendar.each_day(first, last)):
        known = [day for day in found if day in counted]
        is_whole = len(known) == calendar.last_of_month(month).day
        months += [month] if is_whole else []
        days += [] if is_whole else known
    unknown = [day for day in calendar.each_day(first, last) if day not in counted]
    return Plan(months, days, sorted(counted), unknown[-MOST_LIVE_DAYS:], unknown[:-MOST_LIVE_DAYS])


def cells(chosen: Plan, scope: Scope) -> Iterator[Entry]:
    """All that was counted in the scope, in each inbox, branch and operator of it."""
    rows = Figures.objects.filter(level=Level.CELL)
    if scope.branch_id is not None:
        rows = rows.filter(branch=scope.branch_id)
    if scope.inbox_id is not None:
        rows = rows.filter(inbox=scope.inbox_id)
    yield from _stored(rows, chosen)


def rollups(chosen: Plan, level: str) -> Iterator[Entry]:
    """All that was counted anywhere, by inbox or by branch and operator."""
    yield from _stored(Figures.objects.filter(level=level), chosen)


def live(chosen: Plan) -> Iterator[Entry]:
    """Of days that are not counted, cell by cell: one statement for each day, and the timetables."""
    if not chosen.live:
        return
    hours = timetables()
    for day in chosen.live:
        for cell, sums in added_up(facts(*calendar.bounds(day)), hours).items():
            yield Entry(day, cell, sums)


def _stored(rows: QuerySet[Figures], chosen: Plan) -> Iterator[Entry]:
    of_months = Q(grain=Grain.MONTH, day__in=chosen.months)
    of_days = Q(grain=Grain.DAY, day__in=chosen.days)
    for part in (of_months, of_days) if chosen.months else (of_days,):
        for day, inbox, branch, operator, *values in rows.filter(part).values_list(*_COLUMNS):
            yield Entry(day, Cell(inbox, branch, operator), Sums.stored(values))
