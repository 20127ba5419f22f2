"""Conversations whose every moment is given."""

from datetime import UTC, date, datetime, timedelta

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import Conversation, Inbox
from messenger.services import rating, status
from messenger.services.insight.reading import Scope
from messenger.services.insight.report import Report, report
from tests.admin.people import answer
from tests.people import come, write

# A Monday, 12:00 in Moscow.
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = MONDAY + timedelta(days=2)
EVERYTHING = Scope()


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def talk(
    inbox: Inbox,
    branch: Branch,
    at: datetime = MONDAY,
    *,
    by: User | None = None,
    answered: timedelta | None = None,
    resolved: timedelta | None = None,
    score: int | None = None,
) -> Conversation:
    """It began at this moment; `by` answers and resolves so long after."""
    with clock.at(at):
        conversation = come(inbox, branch)
    if by is not None and answered is not None:
        with clock.at(at + answered):
            answer(conversation, by)
    if by is not None and resolved is not None:
        with clock.at(at + resolved):
            status.resolve(conversation_id=conversation.pk, actor=by)
    if score is not None:
        with clock.at(at + (resolved or minutes(60))):
            rating.rate(conversation_id=conversation.pk, score=score, comment="")
    return conversation


def again(conversation: Conversation, at: datetime) -> None:
    """The client writes once more."""
    with clock.at(at):
        write(conversation)


def figures(
    first: datetime | date = MONDAY,
    last: datetime | date = TODAY,
    scope: Scope = EVERYTHING,
    now: datetime = TODAY,
) -> Report:
    days = [day.date() if isinstance(day, datetime) else day for day in (first, last)]
    with clock.at(now):
        return report(days[0], days[1], scope)


def shown(made: Report) -> dict[str, object]:
    """All that a report tells, to be compared."""
    return {
        "total": made.total,
        "series": made.series,
        **{name: dict(getattr(made, name)) for name in ("inboxes", "branches", "operators")},
    }
