"""Deletes many rows a few at a time, so that no lock lasts."""

from typing import Any

from django.db.models import QuerySet


def delete_in_batches(rows: QuerySet[Any], size: int) -> int:
    """With all that hangs on them, in the order of `rows`; how many of these themselves."""
    removed = 0
    while batch := list(rows.values_list("pk", flat=True)[:size]):
        _all, by_model = rows.model._default_manager.filter(pk__in=batch).delete()  # noqa: SLF001  (documented by Django)
        removed += by_model.get(rows.model._meta.label, 0)  # noqa: SLF001  (documented by Django)
    return removed
