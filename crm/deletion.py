"""What goes with an object that is deleted, as its page tells it."""

from typing import Any

from django.apps import apps
from django.utils.text import capfirst


def without_links(told: list[Any], counts: dict[str, int]) -> tuple[list[Any], dict[str, int]]:
    """Leaves out the rows that only link two objects: they have no name that anybody knows.

    `told` is the nested list of Django's `get_deleted_objects`, `counts` its numbers by kind.
    """
    links = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.auto_created]  # noqa: SLF001
    beginnings = tuple(f"{capfirst(str(meta.verbose_name))}: " for meta in links)
    kinds = {str(meta.verbose_name_plural) for meta in links}
    return _pruned(told, beginnings), {kind: n for kind, n in counts.items() if str(kind) not in kinds}


def _pruned(told: list[Any], beginnings: tuple[str, ...]) -> list[Any]:
    kept: list[Any] = []
    for item in told:
        if isinstance(item, list):
            if inner := _pruned(item, beginnings):
                kept.append(inner)
        elif not str(item).startswith(beginnings):
            kept.append(item)
    return kept
