"""What is going on at this moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from messenger.models import Conversation
from messenger.services.insight.reading import Scope


@dataclass(frozen=True, slots=True)
class Now:
    """`waiting`: clients who wrote last; `unassigned`: conversations that nobody has; `since`: who waits longest."""

    waiting: int
    unassigned: int
    since: datetime | None


def now(scope: Scope) -> Now:
    """Two queries, each by an index that has just those conversations.

    In one, of whoever waits or has nobody, the planner goes through all that are not closed: ten times as many.
    """
    rows = Conversation.objects.started().unfinished()
    if scope.branch_id is not None:
        rows = rows.filter(branch=scope.branch_id)
    if scope.inbox_id is not None:
        rows = rows.filter(inbox=scope.inbox_id)
    waiting = rows.order_by().filter(waiting_since__isnull=False)
    found = waiting.aggregate(waiting=Count("pk"), since=Min("waiting_since"))
    return Now(**found, unassigned=rows.filter(assignee__isnull=True).count())
