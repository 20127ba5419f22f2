"""Locks by name in the database, of a transaction or of a connection: whoever dies gives them back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_WAIT = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"


def wait_for_lock(name: str) -> None:
    """It is ours until the open transaction ends; whoever has it is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [name])


@contextmanager
def try_lock(name: str) -> Iterator[bool]:
    """Whether it is ours for the block; nobody is waited for.

    It outlives transactions, and needs a connection that stays the same: a pooler in front of the database has to work
    by sessions.
    """
    if not _ask(_TRY, name):
        yield False
        return
    try:
        yield True
    finally:
        try:
            _ask(_UNLOCK, name)
        except DatabaseError:
            connection.close()


def is_free(name: str) -> bool:
    """Whether nobody else holds it at this moment."""
    with try_lock(name) as is_mine:
        return is_mine


def _ask(statement: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [name])
        return bool(cursor.fetchone()[0])
