"""Which branch a conversation belongs to."""

import logging
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from crm.models import Branch, Region
from messenger.exceptions import Unavailable
from messenger.models import Inbox, RoutingRule

logger = logging.getLogger(__name__)


class Reason(StrEnum):
    """Why a conversation comes to a branch."""

    INBOX = "inbox"
    RULE = "rule"
    FALLBACK = "fallback"
    DEFAULT = "default"
    NOWHERE = "nowhere"


class Route(NamedTuple):
    """`branch` is None where the conversation can't be taken; `rule` is there where one decided."""

    branch: Branch | None
    reason: Reason
    rule: RoutingRule | None = None


def route(inbox: Inbox, region: Region | None) -> Route:
    """An inbox's own branch, always; else by the rules, else the default branch."""
    if inbox.branch is not None:
        return Route(inbox.branch, Reason.INBOX)
    return route_by_rules(region)


def route_by_rules(region: Region | None) -> Route:
    """Where a global inbox's visitor of this region belongs."""
    rule = rule_for(region)
    if rule is not None:
        return Route(rule.destination, Reason.FALLBACK if rule.is_fallback else Reason.RULE, rule)
    branch = default_branch()
    return Route(branch, Reason.DEFAULT if branch else Reason.NOWHERE)


def rule_for(region: Region | None) -> RoutingRule | None:
    """The first usable rule that takes the region; where it is unknown, the first that takes the rest."""
    takes = Q(is_fallback=True)
    if region is not None:
        takes |= Q(pk__in=region.routing_rules.values("pk"))
    rules = RoutingRule.objects.usable().filter(takes).select_related("branch", "inbox__branch")
    return rules.in_order().first()


def default_branch() -> Branch | None:
    """The branch of MESSENGER_DEFAULT_BRANCH_ID, if it names one that works."""
    branch_id: int | None = settings.MESSENGER_DEFAULT_BRANCH_ID
    return None if branch_id is None else Branch.objects.filter(pk=branch_id, is_active=True).first()


def branch_for(inbox: Inbox, region: Region | None) -> int:
    """The id of the branch of a new conversation; raises Unavailable where there is none."""
    if inbox.branch_id is not None:
        return inbox.branch_id
    branch = route_by_rules(region).branch
    if branch is None:
        logger.error(
            "Global inbox %s: no routing rule takes the visitor, and MESSENGER_DEFAULT_BRANCH_ID names no branch",
            inbox.pk,
        )
        raise Unavailable(retry_after=60)
    return branch.pk
