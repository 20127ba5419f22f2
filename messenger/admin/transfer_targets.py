"""To whom a conversation can be transferred: branches, and their operators with what they do at the moment."""

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation
from messenger.models.agent_profile import DEFAULT_CAPACITY

Status = AgentProfile.Status
Choice = tuple[str, str]
# The first in the list is the first to ask.
STATUSES = (Status.ONLINE, Status.BUSY, Status.AWAY, Status.OFFLINE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`status` is what counts: whoever is not there is offline, whatever they said; `load` counts conversations."""

    operator: User
    status: Status
    load: int
    capacity: int

    @property
    def value(self) -> str:
        return f"operator-{self.operator.pk}"

    @property
    def is_free(self) -> bool:
        return self.status == Status.ONLINE and self.load < self.capacity

    @property
    def label(self) -> str:
        load = ngettext("%(n)d conversation", "%(n)d conversations", self.load) % {"n": self.load}
        return f"{self.operator.display_name} — {self.status.label}, {load}"

    @property
    def rank(self) -> tuple[int, int, str]:
        return STATUSES.index(self.status), self.load, self.operator.display_name


@dataclass(frozen=True, slots=True)
class Targets:
    """All that can be chosen now, by the values of the form's options."""

    branches: dict[str, Branch]
    operators: dict[str, User]
    choices: list[tuple[str, list[Choice]]]


def targets(*, without: int | None = None) -> Targets:
    """Three queries; `without` is the operator who has the conversation already."""
    candidates = _candidates(without)
    branches = list(Branch.objects.filter(is_active=True).order_by("name", "pk"))
    first = []
    groups: list[tuple[str, list[Choice]]] = []
    for branch in branches:
        own = sorted(candidates.get(branch.pk, []), key=_rank)
        first.append((f"branch-{branch.pk}", _first_free(branch, sum(one.is_free for one in own))))
        groups.append((branch.name, [(one.value, one.label) for one in own]))
    return Targets(
        branches={value: branch for (value, _label), branch in zip(first, branches, strict=True)},
        operators={one.value: one.operator for own in candidates.values() for one in own},
        choices=[(_("Whoever is free first"), first), *(group for group in groups if group[1])],
    )


def _candidates(without: int | None) -> dict[int | None, list[Candidate]]:
    """By branch."""
    now = clock.now()
    assigned = Conversation.objects.unfinished().filter(assignee__isnull=False)
    loads = dict(assigned.values_list("assignee").annotate(Count("pk")))
    operators = User.objects.filter(is_active=True, role=User.Role.OPERATOR, branch__is_active=True)
    found: dict[int | None, list[Candidate]] = {}
    for operator in operators.exclude(pk=without or 0).select_related("agent_profile"):
        profile = getattr(operator, "agent_profile", None)
        candidate = Candidate(
            operator=operator,
            status=profile.status_at(now) if profile else Status.ONLINE,
            load=loads.get(operator.pk, 0),
            capacity=profile.capacity if profile else DEFAULT_CAPACITY,
        )
        found.setdefault(operator.branch_id, []).append(candidate)
    return found


def _rank(candidate: Candidate) -> tuple[int, int, str]:
    return candidate.rank


def _first_free(branch: Branch, free: int) -> str:
    if not free:
        return _("%(branch)s — nobody is free now, it will wait") % {"branch": branch.name}
    return ngettext("%(branch)s — %(n)d is free", "%(branch)s — %(n)d are free", free) % {
        "branch": branch.name,
        "n": free,
    }
