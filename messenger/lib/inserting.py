"""New rows of several tables in one statement: one way to the database, where each row and the transaction cost one."""

import uuid
from functools import cache
from typing import Any

from django.db import connection, models

from messenger.lib.sql import fetch_all

# By the database's driver, of fields that change none of them: of forty columns all but a few, and a field's own way
# takes a dozen calls for each.
_TAKEN_AS_THEY_ARE = frozenset({type(None), bool, int, str, uuid.UUID})
_PLAIN_FIELDS = (
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
    models.UUIDField,
)


def insert(*rows: models.Model) -> None:
    """Stores rows that may refer to each other; the last one may get its id from the database.

    It is prepared, and a transaction of its own unless one is open. No signals are sent.
    """
    values = [_prepared(field, field.pre_save(row, add=True)) for row in rows for field in _stored(type(row))]
    ((key,),) = fetch_all(_statement(tuple(map(type, rows))), values)
    setattr(rows[-1], _key(type(rows[-1])).attname, key)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001  (as Django's own save does)


def _prepared(field: Any, value: Any) -> Any:
    is_plain = type(value) in _TAKEN_AS_THEY_ARE and isinstance(field, _PLAIN_FIELDS)
    return value if is_plain else field.get_db_prep_save(value, connection)


@cache
def _statement(of: tuple[type[models.Model], ...]) -> str:
    *before, last = map(_insert, of)
    quoted = connection.ops.quote_name
    with_clause = ", ".join(f"row{number} AS ({one})" for number, one in enumerate(before))
    returned = f"{last} RETURNING {quoted(_key(of[-1]).column)}"
    return f"WITH {with_clause} {returned}" if before else returned


def _insert(model: type[models.Model]) -> str:
    quoted = connection.ops.quote_name
    columns = [quoted(str(field.column)) for field in _stored(model)]
    return (
        f"INSERT INTO {quoted(model._meta.db_table)} ({', '.join(columns)})"  # noqa: S608, SLF001  (our own names)
        f" VALUES ({', '.join(['%s'] * len(columns))})"
    )


@cache
def _stored(model: type[models.Model]) -> list[Any]:
    """All but the id that the database gives."""
    fields = model._meta.local_concrete_fields  # noqa: SLF001
    return [field for field in fields if not isinstance(field, models.AutoField)]


def _key(model: type[models.Model]) -> Any:
    return model._meta.pk  # noqa: SLF001
