"""What a table is made of: columns, and rows that come in batches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.timezone import localtime

from messenger.lib.spreadsheet import Value

BATCH = 1000


@dataclass(frozen=True)
class Column[M]:
    """`value` is what machines read; `words`, where there are any, is what people read instead of it."""

    name: str
    title: str | Promise
    value: Callable[[M], Value]
    words: Callable[[M], Value] | None = None

    def for_people(self, row: M) -> Value:
        return (self.words or self.value)(row)


def _count(rows: QuerySet[Any], limit: int) -> int:
    return rows.order_by()[:limit].count()


@dataclass(frozen=True)
class Sheet[M, S]:
    """A table that can be exported.

    `permission` is the one that it takes. `read` brings the rows of a source in batches: see `by_key`; `count` tells
    how many there are, up to a limit.
    """

    name: str
    title: str | Promise
    permission: str
    columns: Sequence[Column[M]]
    read: Callable[[S], Iterator[list[M]]]
    count: Callable[[S, int], int] = _count  # type: ignore[assignment]

    def chosen(self, names: Sequence[str]) -> list[Column[M]]:
        """In the sheet's own order."""
        return [column for column in self.columns if column.name in names]

    def batches(self, source: S) -> Iterator[list[M]]:
        """Between two batches no connection is held: whoever downloads slowly keeps none from the others."""
        for batch in self.read(source):
            if not connection.in_atomic_block:
                connection.close()
            yield batch


def keys_of[M: Model](rows: QuerySet[M], size: int) -> Iterator[list[Any]]:
    """The primary keys in their order, each batch a query of its own.

    A server-side cursor would hold a transaction open for as long as somebody downloads, and needs a session of its
    own, which PgBouncer doesn't give. What changes meanwhile is seen or not; nothing comes twice.
    """
    ordered = rows.order_by("pk").values_list("pk", flat=True)
    keys = list(ordered[:size])
    while keys:
        yield keys
        keys = list(ordered.filter(pk__gt=keys[-1])[:size]) if len(keys) == size else []


def by_key[M: Model](
    rows: QuerySet[Any], fetch: Callable[[list[Any]], QuerySet[M]], size: int = BATCH
) -> Iterator[list[M]]:
    """Limits first and joins after: `fetch` gives a batch's rows with all that belongs to them."""
    for keys in keys_of(rows, size):
        yield list(fetch(keys).order_by("pk"))


def moment(value: Any) -> Value:
    """In the reader's time zone."""
    return localtime(value) if value else None
