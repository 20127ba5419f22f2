"""Adds facts up: by inbox, branch and operator."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from messenger.lib.opening_hours import Timetable, open_time
from messenger.models import Inbox
from messenger.services.insight.facts import Fact
from messenger.services.insight.sums import Sums

# A timetable is walked through day by day: what was answered after more than that is as good as never.
FARTHEST = timedelta(days=90)


class Cell(NamedTuple):
    """Where something is counted. None where it is summed up over all, or where there is no operator."""

    inbox_id: int | None
    branch_id: int | None
    operator_id: int | None


def timetables() -> dict[int, Timetable]:
    """Of the inboxes that consider working hours, as they are now: what they once were isn't kept."""
    inboxes = Inbox.objects.filter(working_hours_enabled=True)
    found = {inbox.pk: inbox.timetable() for inbox in inboxes.prefetch_related("working_hours", "holidays")}
    return {pk: timetable for pk, timetable in found.items() if timetable is not None}


def added_up(facts: Iterable[Fact], hours: Mapping[int, Timetable]) -> dict[Cell, Sums]:
    """A conversation counts for who has it now, and its first answer for who gave it; both in its branch of now."""
    cells: dict[Cell, Sums] = defaultdict(Sums)
    for fact in facts:
        cells[Cell(fact.inbox_id, fact.branch_id, fact.operator_id)].add_begun(fact)
        if fact.answered_at is not None:
            seconds = (fact.answered_at - fact.began_at).total_seconds()
            cell = cells[Cell(fact.inbox_id, fact.branch_id, fact.answered_by)]
            cell.add_answer(seconds, _business_seconds(fact, hours.get(fact.inbox_id)))
    return cells


def summed(cells: Mapping[Cell, Sums], *, inboxes: bool, desks: bool) -> dict[Cell, Sums]:
    """Without the inbox, or without branch and operator."""
    found: dict[Cell, Sums] = defaultdict(Sums)
    for cell, sums in cells.items():
        place = Cell(
            cell.inbox_id if inboxes else None,
            cell.branch_id if desks else None,
            cell.operator_id if desks else None,
        )
        found[place].add(sums)
    return found


def _business_seconds(fact: Fact, timetable: Timetable | None) -> float | None:
    if timetable is None or fact.answered_at is None:
        return None
    until = min(fact.answered_at, fact.began_at + FARTHEST)
    return open_time(timetable, fact.began_at, until).total_seconds()
