"""What is going on at this moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from messenger.models import Conversation
from messenger.services.insight.reading import Scope


@dataclass(frozen=True, slots=True)
class Now:
    """`waiting`: clients who wrote last; `unassigned`: conversations that nobody has; `since`: who waits longest."""

    waiting: int
    unassigned: int
    since: datetime | None


def now(scope: Scope) -> Now:
    """One query, of unfinished conversations alone, which are few."""
    rows = Conversation.objects.started().unfinished()
    if scope.branch_id is not None:
        rows = rows.filter(branch=scope.branch_id)
    if scope.inbox_id is not None:
        rows = rows.filter(inbox=scope.inbox_id)
    waits, nobodys = Q(waiting_since__isnull=False), Q(assignee__isnull=True)
    relevant = rows.filter(waits | nobodys).order_by()
    found = relevant.aggregate(
        waiting=Count("pk", filter=waits), unassigned=Count("pk", filter=nobodys), since=Min("waiting_since")
    )
    return Now(**found)
