"""Whether an operator is there for conversations."""

from crm.models import User
from messenger.models import AgentProfile


def set_status(*, user: User, status: str) -> AgentProfile:
    """Makes the profile where there is none: the user has now said something about themselves."""
    profile, _created = AgentProfile.objects.update_or_create(user=user, defaults={"status": status})
    return profile
