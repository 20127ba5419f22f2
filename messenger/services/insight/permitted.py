"""Whose figures somebody sees."""

from crm.models import User
from messenger.services.insight.reading import Scope

PERMISSION = "messenger.view_figures"


def may_look(user: User) -> bool:
    """Beside the permission it takes a place: an operator without a branch has none to look at."""
    return user.has_perm(PERMISSION) and (user.is_messenger_administrator or user.branch_id is not None)


def limited(user: User, wanted: Scope) -> Scope:
    """What they asked for within what they may see: who belongs to a branch sees that one."""
    return wanted if user.branch_id is None else Scope(user.branch_id, wanted.inbox_id)
