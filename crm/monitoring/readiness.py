"""Whether a process can do its work: found out in seconds, even where the database takes calls and says nothing."""

import threading
from concurrent.futures import Future
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader
from psycopg_pool import PoolTimeout

from messenger.volatile import volatile

SECONDS = 3.0


class Readiness(NamedTuple):
    """`reason` is a code for monitors: database, migrations, redis, or empty."""

    status: str
    reason: str = ""

    @property
    def is_ready(self) -> bool:
        return self.status != "unavailable"


class Probe:
    """Asks in a thread of its own. While one question hangs, all who ask wait for it, and no second one is asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: Future[str] | None = None

    def trouble(self, seconds: float = SECONDS) -> str:
        """What is missing: `database`, `migrations`, or nothing."""
        with self._lock:
            if self._asked is None:
                self._asked = Future()
                threading.Thread(target=self._ask, args=(self._asked,), name="readiness", daemon=True).start()
            asked = self._asked
        try:
            return asked.result(seconds)
        except TimeoutError:
            return "database"

    def _ask(self, asked: "Future[str]") -> None:
        found = "database"
        try:
            found = _trouble()
        except (DatabaseError, PoolTimeout):
            pass
        finally:
            with self._lock:
                self._asked = None
            asked.set_result(found)
            connections.close_all()


probe = Probe()


def readiness() -> Readiness:
    """Without Redis the process goes on, and says so."""
    if trouble := probe.trouble():
        return Readiness("unavailable", trouble)
    if settings.REDIS_URL:
        volatile.get("messenger:readiness")
    return Readiness("ok") if volatile.degraded_since is None else Readiness("degraded", "redis")


def _trouble() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    return "" if _wanted() <= applied else "migrations"


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    """The migrations of this code. What a newer one has applied beside them does no harm."""
    return frozenset(MigrationLoader(None).disk_migrations or ())
