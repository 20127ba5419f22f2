"""The list's tabs: which conversations each holds, and how many wait in the first three."""

from typing import NamedTuple

from django.db.models import TextChoices
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.models import User
from messenger.admin.base import user_of
from messenger.admin.filter_form import FilterForm
from messenger.models import Conversation, Mention
from messenger.models.conversation import ConversationQuerySet

BOX_PARAMETER = "box"
# Past this the exact number tells an operator nothing.
COUNT_LIMIT = 99


class Box(TextChoices):
    MINE = "mine", _("Mine")
    UNASSIGNED = "unassigned", _("Unassigned")
    MENTIONS = "mentions", _("Mentions")
    ALL = "all", _("All")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")

    def of(self, conversations: ConversationQuerySet, user: User) -> ConversationQuerySet:
        """Those of the conversations that belong in the box."""
        match self:
            case Box.MINE:
                return conversations.unfinished().filter(assignee=user)
            case Box.UNASSIGNED:
                return conversations.unfinished().filter(assignee=None)
            case Box.MENTIONS:
                named = Mention.objects.unseen_by(user).values("message__conversation")
                return conversations.filter(pk__in=named)
            case Box.RESOLVED:
                return conversations.filter(status=Conversation.Status.RESOLVED)
            case Box.CLOSED:
                return conversations.filter(status=Conversation.Status.CLOSED)
        return conversations


class Counts(NamedTuple):
    """The numbers beside the tabs, as text; empty where there is nothing to say."""

    mine: str
    unassigned: str
    mentions: str


def counts(request: HttpRequest) -> Counts:
    """Asked once per request."""
    found: Counts | None = getattr(request, "messenger_counts", None)
    if found is None:
        found = Counts(*(_count(Box(name), user_of(request)) for name in Counts._fields))
        request.messenger_counts = found  # type: ignore[attr-defined]
    return found


def _count(box: Box, user: User) -> str:
    started = Conversation.objects.visible_to(user).started()
    number = box.of(started, user)[: COUNT_LIMIT + 1].count()
    return f"{COUNT_LIMIT}+" if number > COUNT_LIMIT else str(number or "")


def chosen_box(request: HttpRequest) -> Box:
    """The box of the address; without one, what is mine, as long as there is any and nothing is looked for."""
    value = request.GET.get(BOX_PARAMETER, "")
    if value in Box.values:
        return Box(value)
    looked_for = any(request.GET.get(name) for name in ("q", *FilterForm.base_fields))
    return Box.ALL if looked_for or not counts(request).mine else Box.MINE
