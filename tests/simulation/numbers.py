"""The day in numbers, read from the database when it is over."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from messenger.lib import opening_hours
from messenger.lib.sql import fetch_all
from tests.simulation.arrivals import ENDS
from tests.simulation.day import Day
from tests.simulation.people import OFFICES

_CONVERSATIONS = """
SELECT branch.name, inbox.name, k.status IN ('resolved', 'closed'), k.assignee_id IS NOT NULL,
    min(m.created_at) FILTER (WHERE m.direction = 'in'),
    min(m.created_at) FILTER (WHERE m.direction = 'out'),
    (SELECT min(e.created_at) FROM messenger_conversationevent e
        WHERE e.conversation_id = k.id AND e.data ? 'to'),
    count(*) FILTER (WHERE m.direction = 'in'), count(*) FILTER (WHERE m.direction = 'out')
FROM messenger_conversation k
JOIN crm_branch branch ON branch.id = k.branch_id
JOIN messenger_inbox inbox ON inbox.id = k.inbox_id
JOIN messenger_message m ON m.conversation_id = k.id
GROUP BY k.id, branch.id, inbox.id
"""
_EVENTS = """
SELECT branch.name, e.kind, count(*) FROM messenger_conversationevent e
JOIN messenger_conversation k ON k.id = e.conversation_id
JOIN crm_branch branch ON branch.id = k.branch_id
GROUP BY branch.id, e.kind
"""


class Conversation(NamedTuple):
    branch: str
    inbox: str
    is_over: bool
    has_operator: bool
    asked_at: datetime
    answered_at: datetime | None
    assigned_at: datetime | None
    messages: int
    answers: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one branch, or of several; waits are sorted, and those `overnight` count from the opening.

    `per_hour` is the conversations that each operator opened, by the hour on duty.
    """

    operators: int
    hours: float
    conversations: int
    messages: int
    answers: int
    outside: int
    assigned: list[timedelta]
    answered: list[timedelta]
    overnight: list[timedelta]
    events: Counter[str]
    per_hour: list[float]
    over: int
    with_operator: int
    waiting: int


def jain(values: Sequence[float]) -> float:
    """Jain's fairness index: 1 where all have the same, 1/n where one of n has everything."""
    return sum(values) ** 2 / (len(values) * sum(value * value for value in values))


def numbers(day: Day) -> dict[str, Numbers]:
    """By the name of the branch; of all together under "All"."""
    conversations = [Conversation(*row) for row in fetch_all(_CONVERSATIONS, [])]
    events = fetch_all(_EVENTS, [])
    # Asked once: each time it is two statements, and there are thousands of conversations.
    timetables = {name: inbox.timetable() for name, inbox in day.floor.world.inboxes.items()}
    begins = [(one, _begin(timetables[one.inbox], one)) for one in conversations]
    names = [office.name for office in OFFICES]
    groups = {"All": names} | {name: [name] for name in names}
    return {title: _of(day, branches, begins, events) for title, branches in groups.items()}


def _of(
    day: Day,
    branches: Sequence[str],
    all_begins: Iterable[tuple[Conversation, datetime]],
    events: Iterable[tuple[Any, ...]],
) -> Numbers:
    begins = [(one, begin) for one, begin in all_begins if one.branch in branches]
    own = [one for one, _ in begins]
    in_hours = [one for one, begin in begins if begin == one.asked_at]
    unfinished = [one for one in own if not one.is_over]
    kinds: Counter[str] = Counter()
    for branch, kind, count in events:
        kinds[kind] += count if branch in branches else 0
    desks = [desk for desk in day.floor.desks.values() if desk.operator.office.name in branches]
    hours = {desk: day.checks.minutes_on_duty[desk.user.pk] / 60 for desk in desks}
    return Numbers(
        operators=len(desks),
        hours=sum(hours.values()),
        conversations=len(own),
        messages=sum(one.messages for one in own),
        answers=sum(one.answers for one in own),
        outside=len(own) - len(in_hours),
        assigned=_waits((one.assigned_at, one.asked_at) for one in in_hours),
        answered=_waits((one.answered_at, one.asked_at) for one in in_hours),
        overnight=_waits((one.answered_at, begin) for one, begin in begins if one.asked_at < begin < ENDS),
        events=kinds,
        per_hour=[desk.opened / worked for desk, worked in hours.items()],
        over=len(own) - len(unfinished),
        with_operator=sum(one.has_operator for one in unfinished),
        waiting=sum(not one.has_operator for one in unfinished),
    )


def _begin(timetable: opening_hours.Timetable | None, conversation: Conversation) -> datetime:
    """When it could first be given to somebody: at once, or when the hours of its inbox begin."""
    opening = opening_hours.next_opening(timetable, conversation.asked_at) if timetable else None
    return opening or conversation.asked_at


def _waits(spans: Iterable[tuple[datetime | None, datetime]]) -> list[timedelta]:
    return sorted(until - begin for until, begin in spans if until is not None)
