"""Locks by name in the database, of a transaction: whoever dies gives them back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

_TRY = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
_WAIT = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def wait_for_lock(name: str) -> None:
    """It is ours until the open transaction ends; whoever has it is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [name])


@contextmanager
def try_lock(name: str) -> Iterator[bool]:
    """Whether it is ours for the block; nobody is waited for.

    It outlives the transactions of the block, because a connection of its own holds it, by a transaction that does
    nothing else. A lock of the session would be shorter, and wrong behind a pooler that gives each transaction another
    session: nobody would let it go again. Such a transaction has no snapshot and no id, so vacuum doesn't wait for it.
    """
    holder = _connection_of_its_own()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute(_TRY, [name])
            is_ours = bool(cursor.fetchone()[0])
        yield is_ours
    finally:
        # At the rollback it is free; of a connection's end the server learns a moment later.
        with suppress(DatabaseError, InterfaceError):
            holder.rollback()
        with suppress(DatabaseError, InterfaceError):
            holder.close()


def is_free(name: str) -> bool:
    """Whether nobody holds it at this moment."""
    with try_lock(name) as is_mine:
        return is_mine


def _connection_of_its_own() -> BaseDatabaseWrapper:
    """Beside the pool, whose last connection may be the one that the block needs."""
    holder = connection.copy()
    holder.settings_dict["OPTIONS"].pop("pool", None)
    # It is silent for as long as the block takes: what stands between would cut it, and the lock would stay for hours.
    holder.settings_dict["OPTIONS"].setdefault("keepalives_idle", 60)
    return holder
