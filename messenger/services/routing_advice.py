"""What administrators should know of the routing: rules that never match, regions without a rule, reasons."""

from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from crm.models import Region
from messenger.lib.listing import some
from messenger.models import Inbox, RoutingRule
from messenger.services.routing import Reason, Route, route_by_rules


class Remark(NamedTuple):
    """What is wrong with a rule. `never`: nothing comes to it; else it only gets less than it names."""

    sentence: str
    never: bool = True


class Survey(NamedTuple):
    """The rules in the order in which they are asked, what is wrong with the active ones, and what is left over.

    `uncovered` are the regions that no usable rule names; `rest` is where they go, and visitors of unknown regions.
    `inboxes` are the active global ones: for the others no rule is asked.
    """

    rules: list[RoutingRule]
    remarks: dict[int, list[Remark]]
    uncovered: list[Region]
    rest: Route
    inboxes: list[str]

    @property
    def refuses(self) -> bool:
        """Whether there are visitors whom nobody takes."""
        return bool(self.inboxes) and self.rest.branch is None

    @property
    def never_matching(self) -> list[RoutingRule]:
        return [rule for rule in self.rules if never(self.remarks.get(rule.pk, []))]


def never(remarks: Iterable[Remark]) -> bool:
    return any(remark.never for remark in remarks)


def survey() -> Survey:
    """Goes through the rules as routing does; six queries at most, however many rules there are."""
    asked = RoutingRule.objects.in_order().select_related("branch", "inbox__branch")
    rules = list(asked.prefetch_related("regions"))
    taken = _Taken()
    remarks = {rule.pk: taken.by(rule) for rule in rules if rule.is_active}
    uncovered = [region for region in Region.objects.all() if region.pk not in taken.regions]
    return Survey(rules, remarks, uncovered, route_by_rules(None), global_inboxes())


def global_inboxes() -> list[str]:
    """The names of the active ones."""
    return list(Inbox.objects.filter(is_active=True, branch__isnull=True).values_list("name", flat=True))


def explain(route: Route, region: Region | None) -> str:
    """Why a visitor of this region goes where the route leads."""
    if route.rule is not None and route.branch is not None and route.reason is Reason.RULE:
        return _("The rule “%(rule)s” takes %(region)s: branch “%(branch)s”.") % {
            "rule": route.rule.name,
            "region": region,
            "branch": route.branch.name,
        }
    why = _("No rule takes %(region)s.") % {"region": region} if region else _("The region is not known.")
    return f"{why} {explain_rest(route)}"


def explain_rest(route: Route) -> str:
    """Where visitors go whom no rule takes by their region."""
    if route.branch is None:
        return _refusal()
    names = {"rule": route.rule.name if route.rule else "", "branch": route.branch.name}
    if route.rule is not None:
        return _("The rule “%(rule)s” takes the rest: branch “%(branch)s”.") % names
    return _("MESSENGER_DEFAULT_BRANCH_ID names the branch for the rest: “%(branch)s”.") % names


def _refusal() -> str:
    branch_id: int | None = settings.MESSENGER_DEFAULT_BRANCH_ID
    if branch_id is None:
        return _(
            "No rule takes the rest, and MESSENGER_DEFAULT_BRANCH_ID is not set: "
            "these visitors are refused (503, “The chat is not available right now”)."
        )
    return _(
        "No rule takes the rest, and MESSENGER_DEFAULT_BRANCH_ID (%(id)d) names no active branch: "
        "these visitors are refused (503, “The chat is not available right now”)."
    ) % {"id": branch_id}


class _Taken:
    """What the rules that were asked so far have taken."""

    def __init__(self) -> None:
        self.regions: dict[int, RoutingRule] = {}
        self.rest: RoutingRule | None = None

    def by(self, rule: RoutingRule) -> list[Remark]:
        """Lets the next rule take what is left, and says what is wrong with it."""
        dead_end = _dead_end(rule)
        remark = self._beaten_fallback() if rule.is_fallback else self._shadow(rule)
        if not dead_end:
            self._take(rule)
        return ([Remark(dead_end)] if dead_end else []) + ([remark] if remark else [])

    def _take(self, rule: RoutingRule) -> None:
        if rule.is_fallback:
            self.rest = self.rest or rule
            return
        for region in rule.regions.all():
            self.regions.setdefault(region.pk, rule)

    def _beaten_fallback(self) -> Remark | None:
        if self.rest is None:
            return None
        return Remark(_("“%(rule)s” is asked earlier and takes all the rest.") % {"rule": self.rest.name})

    def _shadow(self, rule: RoutingRule) -> Remark | None:
        regions = list(rule.regions.all())
        if not regions:
            return Remark(_("It has no regions."))
        lost = [region for region in regions if region.pk in self.regions]
        if not lost:
            return None
        never = len(lost) == len(regions)
        sentence = (
            _("Rules that are asked earlier take all its regions: %(rules)s.")
            if never
            else _("Rules that are asked earlier take some of its regions: %(rules)s.")
        )
        return Remark(sentence % {"rules": self._takers(lost)}, never)

    def _takers(self, lost: list[Region]) -> str:
        """Such as "Ural (Perm, Tyumen), Volga (Samara)"."""
        names: dict[int, list[str]] = {}
        for region in lost:
            names.setdefault(self.regions[region.pk].pk, []).append(region.name)
        rules = {rule.pk: rule.name for rule in self.regions.values()}
        return ", ".join(f"{rules[pk]} ({some(regions)})" for pk, regions in names.items())


def _dead_end(rule: RoutingRule) -> str:
    """Why the rule leads nowhere (`RoutingRuleQuerySet.usable` leaves it out); an empty text: it leads somewhere."""
    if rule.inbox is not None and not rule.inbox.is_active:
        return _("Its inbox “%(inbox)s” is inactive.") % {"inbox": rule.inbox.name}
    if rule.destination is None:
        return _("Its inbox has no branch of its own.")
    if not rule.destination.is_active:
        return _("Its branch “%(branch)s” is inactive.") % {"branch": rule.destination.name}
    return ""
