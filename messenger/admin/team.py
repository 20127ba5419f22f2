"""Who is on duty: what operators say of themselves, whether their browser is there, and how much they have to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from crm.models import User
from messenger.admin.base import user_of
from messenger.admin.parts import part
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation
from messenger.models.agent_profile import DEFAULT_CAPACITY

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Conversation]
else:
    Base = object

Status = AgentProfile.Status
# More than these, or several branches, would push the conversations down the page: they are opened by a click.
MOST_SHOWN_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Colleague:
    """`status` is what holds: of somebody whose browser is gone, "offline", `since` then."""

    name: str
    status: Status
    since: str
    load: int
    capacity: int

    @classmethod
    def of(cls, user: User, load: int, now: datetime) -> "Colleague":
        profile = getattr(user, "agent_profile", None)
        if profile is None:
            return cls(user.display_name, Status.ONLINE, "", load, DEFAULT_CAPACITY)
        since = "" if profile.is_present(now) else _since(profile.last_seen_at, now)
        return cls(user.display_name, profile.status_at(now), since, load, profile.capacity)


class Group(NamedTuple):
    """`name` is empty where all are of one branch."""

    name: str
    colleagues: list[Colleague]


class OnDuty(NamedTuple):
    groups: list[Group]
    online: int
    total: int

    @property
    def is_large(self) -> bool:
        return len(self.groups) > 1 or self.total > MOST_SHOWN_AT_ONCE


class MyStatus(NamedTuple):
    """What the user says of themselves; without a profile: online."""

    user_id: int
    status: Status
    choices: list[tuple[str, Any]]


def my_status(request: HttpRequest) -> MyStatus | None:
    """Asked once per request. None for those to whom no conversations come."""
    if not settings.MESSENGER_ENABLED or not request.user.has_perm("messenger.view_conversation"):
        return None
    found: MyStatus | None = getattr(request, "messenger_my_status", None)
    if found is None:
        user = user_of(request)
        profile = getattr(user, "agent_profile", None)
        status = Status(profile.status) if profile else Status.ONLINE
        found = MyStatus(user.pk, status, Status.choices)
        request.messenger_my_status = found  # type: ignore[attr-defined]
    return found


def on_duty(user: User) -> OnDuty:
    """The operators of the user's branch, for administrators of all branches: one query, however many there are."""
    now = clock.now()
    colleagues = [
        (operator.branch.name if operator.branch else "", Colleague.of(operator, operator.load, now))
        for operator in _operators(user)
    ]
    groups = [
        Group(branch if user.is_messenger_administrator else "", [colleague for _branch, colleague in found])
        for branch, found in groupby(colleagues, key=lambda pair: pair[0])
    ]
    online = sum(colleague.status is Status.ONLINE for _branch, colleague in colleagues)
    return OnDuty(groups, online, len(colleagues))


def _operators(user: User) -> Iterable[Any]:
    """Those among whom conversations are given out."""
    operators: QuerySet[User] = User.objects.filter(is_active=True, role=User.Role.OPERATOR)
    if user.is_messenger_administrator:
        operators = operators.filter(branch__isnull=False)
    else:
        operators = operators.filter(branch=user.branch_id) if user.branch_id else operators.none()
    # Counted by index for each operator: a join would go through all that they ever answered.
    unfinished = Conversation.objects.unfinished().filter(assignee=OuterRef("pk")).order_by()
    load = Subquery(unfinished.values("assignee").annotate(n=Count("pk")).values("n"))
    return (
        operators.select_related("branch", "agent_profile")
        .annotate(load=Coalesce(load, 0))
        .order_by("branch__name", "first_name", "last_name", "username")
    )


def _since(at: datetime | None, now: datetime) -> str:
    if at is None:
        return ""
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    if local.date() == today:
        return date_format(local, "TIME_FORMAT")
    return date_format(local, "j E" if local.year == today.year else "SHORT_DATE_FORMAT")


class Team(Base):
    """The line above the conversation list, and the address from which it is brought up to date."""

    list_before_template = "admin/messenger/team/bar.html"

    def get_own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.team_view)
        return [path("team/", view, name="messenger_conversation_team"), *super().get_own_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"on_duty": partial(on_duty, user_of(request)), **(extra_context or {})}
        return super().changelist_view(request, context)

    @method_decorator(require_GET)
    def team_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return part(request, "admin/messenger/team/bar.html", {"on_duty": on_duty(user_of(request))})
