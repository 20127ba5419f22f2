"""Whether operators are there for conversations: what they say of themselves, and the sign of their browser.

An open page of the admin is a sign of life, by its event stream or, where there is none, by its polls. Whoever gave
none for `MESSENGER_PRESENCE_TIMEOUT_SECONDS` gets no new conversation, whatever their status says.
"""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from crm.models import User
from messenger.events import publish_presence
from messenger.lib import clock
from messenger.models import AgentProfile
from messenger.models.agent_profile import lease
from messenger.services.queueing import assign_waiting_soon


def beat_seconds() -> float:
    """How often a page tells that it is there: four times within the lease."""
    seconds: int = settings.MESSENGER_PRESENCE_TIMEOUT_SECONDS
    return seconds / 4


def set_status(*, user: User, status: str) -> AgentProfile:
    """Makes the profile where there is none: the user has now said something about themselves, and so is there."""
    now = clock.now()
    with transaction.atomic():
        said = {"status": status, "last_seen_at": now}
        profile, _created = AgentProfile.objects.update_or_create(user=user, defaults=said)
        _tell(user, comes=profile.is_available(now))
    return profile


def show_sign_of_life(user_ids: Collection[int]) -> None:
    """The browsers of these users are there; those who come back get what waits for somebody.

    Rows that another process is writing at this moment are left out: it says the same, and two batches in
    different order would wait for each other.
    """
    now = clock.now()
    with transaction.atomic():
        seen = AgentProfile.objects.filter(user_id__in=user_ids).select_for_update(
            skip_locked=True, of=("self",)
        )
        profiles = list(seen.select_related("user"))
        AgentProfile.objects.filter(pk__in=[profile.pk for profile in profiles]).update(last_seen_at=now)
        known = AgentProfile.objects.filter(user_id__in=user_ids).values_list("user_id", flat=True)
        for user in User.objects.filter(pk__in=set(user_ids) - set(known)):
            AgentProfile.objects.get_or_create(user=user, defaults={"last_seen_at": now})
        for profile in profiles:
            if not profile.is_present(now):
                _tell(profile.user, comes=profile.status == AgentProfile.Status.ONLINE)


def show_polling(user: User) -> None:
    """As a sign of life, for a page that asks every few seconds: written now and then only."""
    stale = clock.now() - timedelta(seconds=beat_seconds() / 2)
    fresh = AgentProfile.objects.filter(Q(last_seen_at__gt=stale), user=user)
    if not fresh.exists():
        show_sign_of_life([user.pk])


def is_available(user: User) -> bool:
    """Whether new conversations may come to the user; without a profile they may."""
    if not user.is_active:
        return False
    profile = AgentProfile.objects.filter(user=user).first()
    return profile is None or profile.is_available(clock.now())


def is_anyone_there(branch_id: int) -> bool:
    """Whether an operator of the branch is online, however much they have to do."""
    gone = Q(agent_profile__last_seen_at__lt=clock.now() - lease())
    absent = ~Q(agent_profile__status=AgentProfile.Status.ONLINE) & Q(agent_profile__isnull=False)
    operators = User.objects.filter(branch=branch_id, is_active=True, role=User.Role.OPERATOR)
    return operators.exclude(gone).exclude(absent).exists()


def _tell(user: User, *, comes: bool) -> None:
    publish_presence(user_id=user.pk, branch_id=user.branch_id)
    if comes and user.branch_id is not None:
        assign_waiting_soon(user.branch_id)
