"""The figures of a range, as the page shows them: in all, over time, and by inbox, branch and operator."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from messenger.services.insight import days as calendar
from messenger.services.insight import reading
from messenger.services.insight.reading import Entry, Level, Scope
from messenger.services.insight.sums import Sums

# Longer ranges are shown by month: a column for each day would be thinner than a hair.
MOST_DAYS_SHOWN = 62


@dataclass(slots=True)
class Report:
    """`series` has each day or month of the range, those without anything as well; `missing` counts days that nobody
    has counted yet and that are left out."""

    first: date
    last: date
    is_by_month: bool
    missing: int = 0
    total: Sums = field(default_factory=Sums)
    series: dict[date, Sums] = field(default_factory=dict)
    inboxes: dict[int, Sums] = field(default_factory=lambda: defaultdict(Sums))
    branches: dict[int, Sums] = field(default_factory=lambda: defaultdict(Sums))
    operators: dict[int | None, Sums] = field(default_factory=lambda: defaultdict(Sums))


def report(first: date, last: date, scope: Scope) -> Report:
    """Both days included. The number of queries depends neither on the range nor on what is there."""
    made = _empty(first, last)
    plan = reading.plan(first, last)
    detailed = plan if made.is_by_month else plan.by_day()
    made.missing = len(plan.missing)
    fresh = [entry for entry in reading.live(plan) if scope.has(entry.cell)]
    if scope.is_everything:
        _add_inboxes(made, reading.rollups(detailed, Level.INBOX))
        _add_desks(made, reading.rollups(plan, Level.DESK))
        _add_inboxes(made, fresh)
        _add_desks(made, fresh)
        return made
    for entry in (*reading.cells(detailed, scope), *fresh):
        _add_inboxes(made, [entry])
        _add_desks(made, [entry])
    return made


def _empty(first: date, last: date) -> Report:
    is_by_month = (last - first).days >= MOST_DAYS_SHOWN
    made = Report(first, last, is_by_month)
    for day in calendar.each_day(first, min(last, calendar.today())):
        made.series.setdefault(calendar.month_of(day) if is_by_month else day, Sums())
    return made


def _add_inboxes(made: Report, entries: Iterable[Entry]) -> None:
    """And with them all that is not about who."""
    for day, cell, sums in entries:
        made.total.add(sums)
        made.series[calendar.month_of(day) if made.is_by_month else day].add(sums)
        if cell.inbox_id is not None:
            made.inboxes[cell.inbox_id].add(sums)


def _add_desks(made: Report, entries: Iterable[Entry]) -> None:
    for _day, cell, sums in entries:
        made.operators[cell.operator_id].add(sums)
        if cell.branch_id is not None:
            made.branches[cell.branch_id].add(sums)
