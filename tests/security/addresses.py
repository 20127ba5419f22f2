"""All addresses of the project, as the resolver has them, with ids of things that are there."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")


class Address(NamedTuple):
    """`name` is the resolver's, or the route where it has none."""

    name: str
    route: str
    url: str

    @property
    def is_of_an_object(self) -> bool:
        return "<" in self.route


def addresses(world: dict[str, Any]) -> list[Address]:
    """Raises KeyError for a placeholder of which `world` has nothing: say there what stands for it."""
    found = _walk(get_resolver().url_patterns)
    return [Address(name, route, _filled(name, route, world)) for name, route in found if "(?P" not in route]


def _filled(name: str, route: str, world: dict[str, Any]) -> str:
    return "/" + PLACEHOLDER.sub(lambda found: _value(name, route, found[1], world), route)


def _walk(patterns: Iterable[Any], prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield (f"{namespace}{pattern.name}" if pattern.name else route), route


def _value(name: str, route: str, placeholder: str, world: dict[str, Any]) -> str:
    """By the address' name and placeholder, by the admin's model, or by the placeholder alone."""
    for key in (
        f"{name} {placeholder}",
        _model(route) if placeholder in {"object_id", "id"} else "",
        placeholder,
    ):
        if key in world:
            return str(world[key])
    raise KeyError(f"{name}: what stands for <{placeholder}>?")


def _model(route: str) -> str:
    """admin/messenger/inbox/<path:object_id>/change/ → messenger.inbox"""
    parts = route.split("/")
    return ".".join(parts[1:3]) if parts[0] == "admin" and len(parts) > 3 else ""
