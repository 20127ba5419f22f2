"""Who is to be answered next."""

from django.db.models import F

from crm.models import User
from messenger.models import Conversation


def next_waiting(user: User, *, without: int = 0) -> Conversation | None:
    """The conversation whose contact waits the longest: among the user's own first, then among those of nobody."""
    visible = Conversation.objects.visible_to(user).exclude(pk=without)
    own = visible.unfinished().filter(assignee=user, waiting_since__isnull=False)
    mine = own.order_by("waiting_since", "pk").first()
    return mine or visible.waiting().order_by(F("waiting_since").asc(nulls_last=True), "pk").first()
