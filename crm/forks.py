"""What a process that was forked must not share with its parent.

django-q2 makes its processes by fork, after its first questions to the database. The pool of connections came along:
two processes spoke over one connection, and each read answers to the other's questions.
"""

import os
from typing import Any

from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

# Kept, so that nothing is closed that the parent still uses.
_abandoned: list[Any] = []


def forget_connections() -> None:
    """The next question opens a connection, or a pool, of this process's own."""
    pools: dict[str, Any] = DatabaseWrapper._connection_pools  # type: ignore[attr-defined]  # noqa: SLF001
    _abandoned.extend(pools.values())
    pools.clear()
    for wrapper in connections.all(initialized_only=True):
        if wrapper.connection is not None:
            _abandoned.append(wrapper.connection)
            wrapper.connection = None


def install() -> None:
    os.register_at_fork(after_in_child=forget_connections)
