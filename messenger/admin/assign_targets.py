"""To whom of a conversation's branch it can be given, with what they do at the moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from crm.models import User
from messenger.admin.avatars import TONES, Avatar, initials
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation
from messenger.models.agent_profile import DEFAULT_CAPACITY

Status = AgentProfile.Status
# The first in the list is the first to ask.
STATUSES = (Status.ONLINE, Status.BUSY, Status.AWAY, Status.OFFLINE)


@dataclass(frozen=True, slots=True)
class Target:
    """`status` is what counts: whoever is not there is offline, whatever they said."""

    operator: User
    status: Status
    load: int
    capacity: int
    is_me: bool

    @property
    def avatar(self) -> Avatar:
        return Avatar(initials(self.operator.display_name), self.operator.pk % TONES)

    @property
    def is_full(self) -> bool:
        return self.load >= self.capacity

    @property
    def rank(self) -> tuple[int, bool, int, str]:
        return STATUSES.index(self.status), self.is_full, self.load, self.operator.display_name


def targets(conversation: Conversation, user: User) -> list[Target]:
    """The branch's operators and the user, but for who has it; one query."""
    now = clock.now()
    # Counted by index for each operator: a join would go through all that they ever answered.
    unfinished = Conversation.objects.unfinished().filter(assignee=OuterRef("pk")).order_by()
    load = Subquery(unfinished.values("assignee").annotate(n=Count("pk")).values("n"))
    own = Q(branch=conversation.branch_id, role=User.Role.OPERATOR) | Q(pk=user.pk)
    operators = User.objects.filter(own, is_active=True).exclude(pk=conversation.assignee_id or 0)
    found = [
        _target(operator, operator.load, user, now)
        for operator in operators.select_related("agent_profile").annotate(load=Coalesce(load, 0))
    ]
    return sorted(found, key=lambda target: target.rank)


def _target(operator: User, load: int, user: User, now: datetime) -> Target:
    profile = getattr(operator, "agent_profile", None)
    return Target(
        operator=operator,
        status=profile.status_at(now) if profile else Status.ONLINE,
        load=load,
        capacity=profile.capacity if profile else DEFAULT_CAPACITY,
        is_me=operator.pk == user.pk,
    )
