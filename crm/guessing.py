"""Limits what can be guessed: passwords and codes. Counted in PostgreSQL, so that it holds while Redis is away.

A try is counted before it is judged, in one statement, so that a thousand at once are no more than a thousand in
a row; one that was right is taken back. The last try that fits locks, each lock is twice as long as the one before,
and knocking at a locked door prolongs nothing. Keys hold who is tried and from where: what is tried from elsewhere
locks nobody out. They are digests: people type their password where the name belongs.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from crm.models import Tries

FORGOTTEN_AFTER = timedelta(days=1)
SWEPT_AT_ONCE = 100

# What is older than a day begins anew; so do failures after a lock, but the lock after that is longer.
_CLAIM = """
INSERT INTO crm_tries AS t (key, failures, locks, locked_until, last_at)
VALUES (%(key)s, 1, (%(limit)s <= 1)::int,
        CASE WHEN %(limit)s <= 1 THEN %(now)s + make_interval(secs => %(seconds)s) END, %(now)s)
ON CONFLICT (key) DO UPDATE SET (failures, locks, locked_until, last_at) = (
    SELECT n.failures, n.locks + (n.failures >= %(limit)s)::int,
           CASE WHEN n.failures >= %(limit)s
                THEN %(now)s + make_interval(secs => %(seconds)s * least(2 ^ n.locks, %(longest)s)) END,
           %(now)s
    FROM (SELECT CASE WHEN t.locked_until IS NOT NULL OR t.last_at < %(forgotten)s THEN 1
                      ELSE t.failures + 1 END AS failures,
                 CASE WHEN t.last_at < %(forgotten)s THEN 0 ELSE t.locks END AS locks) AS n
)
WHERE t.locked_until IS NULL OR t.locked_until <= %(now)s
RETURNING locked_until IS NOT NULL
"""
_TAKE_BACK = """
UPDATE crm_tries SET failures = greatest(failures - 1, 0),
    locks = CASE WHEN %(was_last)s THEN greatest(locks - 1, 0) ELSE locks END,
    locked_until = CASE WHEN NOT %(was_last)s THEN locked_until END
WHERE key = %(key)s
"""
_SWEEP = """
DELETE FROM crm_tries WHERE key IN (
    SELECT key FROM crm_tries WHERE last_at < %s AND coalesce(locked_until, last_at) < %s
    LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


class Locked(Exception):
    """Too many tries: `seconds` to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s to wait")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Guessing:
    """One thing that is guessed at: `limit` tries, then a lock of `seconds`, at most `longest` times as long."""

    key: str
    limit: int
    seconds: int
    longest: int = 16

    @classmethod
    def of(cls, *what: object, limit: int, seconds: int, longest: int = 16) -> "Guessing":
        text = "\n".join(map(str, what))
        digest = salted_hmac("crm.guessing", text, algorithm="sha256").hexdigest()
        return cls(digest, limit, seconds, longest)

    def claim(self) -> bool:
        """Counts a try. Whether it was the last that fits. Raises Locked where none does."""
        now = timezone.now()
        values: dict[str, Any] = {
            "key": self.key,
            "limit": self.limit,
            "seconds": self.seconds,
            "longest": self.longest,
            "now": now,
            "forgotten": now - FORGOTTEN_AFTER,
        }
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            claimed = cursor.fetchone()
        if claimed is None:
            raise Locked(self.seconds_left(now))
        return bool(claimed[0])

    def take_back(self, *, was_last: bool) -> None:
        """The try was none, or right: it doesn't count. Only the one that locked, `was_last`, opens the lock again."""
        with connection.cursor() as cursor:
            cursor.execute(_TAKE_BACK, {"key": self.key, "was_last": was_last})

    def forget(self) -> None:
        """Whoever knows it has nothing to guess."""
        Tries.objects.filter(key=self.key).delete()

    def seconds_left(self, now: datetime | None = None) -> int:
        """Until the lock ends; 0 where there is none."""
        moment = now or timezone.now()
        until = Tries.objects.filter(key=self.key).values_list("locked_until", flat=True).first()
        return max(0, -int((moment - until).total_seconds() // 1)) if until and until > moment else 0


def sweep() -> None:
    """Forgets what is long over, some at a time: whoever fails does the cleaning."""
    forgotten = timezone.now() - FORGOTTEN_AFTER
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP, [forgotten, forgotten, SWEPT_AT_ONCE])
