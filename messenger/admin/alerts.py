"""What administrators see on the admin's first page: conversations that nobody opens."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from messenger.admin.base import user_of
from messenger.admin.figures import first_page_cards
from messenger.admin.rows import duration
from messenger.models import Conversation, Inbox
from messenger.services.webhooks.stopping import stopped

SHOWN = 10


class Forsaken(NamedTuple):
    """`for_` says how long ago nobody was left to give it to."""

    conversation: Conversation
    url: str
    for_: str


class Alerts(NamedTuple):
    forsaken: Sequence[Forsaken] = ()
    number: int = 0
    stopped: Sequence[Inbox] = ()

    @property
    def more(self) -> int:
        return self.number - len(self.forsaken)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """unfold's DASHBOARD_CALLBACK."""
    return context | {"alerts": alerts(request), "now_cards": first_page_cards(request)}


def alerts(request: HttpRequest) -> Alerts | None:
    """Three queries; None for those whom it doesn't concern.

    An administrator who belongs to a branch sees to that one, others to all.
    """
    user = user_of(request)
    if not settings.MESSENGER_ENABLED or not user.is_messenger_administrator:
        return None
    if not user.has_perm("messenger.view_conversation"):
        return None
    found = Conversation.objects.visible_to(user).forsaken()
    if user.branch_id is not None:
        found = found.filter(branch=user.branch_id)
    longest = found.select_related("contact", "branch", "assignee").order_by("escalation_failed_at", "pk")
    return Alerts([_forsaken(conversation) for conversation in longest[:SHOWN]], found.count(), stopped(user))


def _forsaken(conversation: Conversation) -> Forsaken:
    since = conversation.escalation_failed_at or conversation.created_at
    return Forsaken(
        conversation,
        reverse("admin:messenger_conversation_change", args=[conversation.pk]),
        duration(max(timezone.now() - since, timedelta())),
    )
