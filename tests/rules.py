"""Routing rules as the tests need them."""

from typing import Any

from crm.models import Region
from messenger.models import RoutingRule


def make_rule(name: str, *regions: Region, **values: Any) -> RoutingRule:
    """One for these regions; without any it takes the rest."""
    rule = RoutingRule.objects.create(name=name, is_fallback=not regions, **values)
    rule.regions.set(regions)
    return rule


def switch_off(thing: Any) -> None:
    """A branch, an inbox or a rule."""
    thing.is_active = False
    thing.save()
