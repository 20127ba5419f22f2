"""Places, inboxes and people among whom the stories take place."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from django.core.management import call_command

from crm.demo_data.clock import Clock
from crm.demo_data.texts import texts
from crm.models import Branch, Region, User
from messenger.models import Inbox, RoutingRule

# How many of the company's visitors are whose; the shop belongs to one branch.
_SHARES = {"Москва": 45, "Новосибирск": 28, "Екатеринбург": 27}


@dataclass(frozen=True, slots=True)
class World:
    rng: Random
    now: datetime
    branches: dict[str, Branch]
    region_ids: dict[str, int]
    inboxes: dict[str, Inbox]
    operators: dict[str, list[User]]

    def clock(self, branch: Branch) -> Clock:
        return Clock(self.rng, ZoneInfo(texts("branches")[branch.name]["time_zone"]))

    def some_branch(self, inbox: Inbox) -> Branch:
        if inbox.branch is not None:
            return inbox.branch
        name = self.rng.choices(list(_SHARES), list(_SHARES.values()))[0]
        return self.branches[name]

    def some_region_id(self, branch: Branch) -> int | None:
        """A region near the branch; some addresses can't be placed."""
        if self.rng.random() < 0.1:
            return None
        return self.region_ids.get(self.rng.choice(texts("branches")[branch.name]["regions"]))


def make_branches() -> dict[str, Branch]:
    """The demo's branches by name; what a database has already is left as it is."""
    for model, fixture in ((Region, "regions"), (Branch, "branches")):
        if not model.objects.exists():
            call_command("loaddata", fixture, verbosity=0)
    return {name: Branch.objects.get_or_create(name=name)[0] for name in texts("branches")}


def make_rules(branches: dict[str, Branch]) -> None:
    """Each branch takes the regions around it, and the first one takes the rest of the country."""
    for priority, (name, branch) in enumerate(branches.items(), 1):
        rule = RoutingRule.objects.create(name=name, priority=10 * priority, branch=branch)
        rule.regions.set(Region.objects.filter(name__in=texts("branches")[name]["regions"]))
    rest = next(iter(branches.values()))
    RoutingRule.objects.create(name="Остальные регионы", priority=100, is_fallback=True, branch=rest)


def make_inboxes(branches: dict[str, Branch]) -> dict[str, Inbox]:
    """Their working hours are written down and not yet considered: the demo answers at any time of day."""
    inboxes = {}
    for key, described in texts("inboxes").items():
        values = {name: value for name, value in described.items() if name not in {"site", "branch", "hours"}}
        inbox = Inbox.objects.create(branch=branches.get(described["branch"]), **values)
        for weekdays, opens, closes in described["hours"]:
            for weekday in weekdays:
                inbox.working_hours.create(weekday=weekday, opens=opens, closes=closes)
        inboxes[key] = inbox
    return inboxes
