"""Times in which a provider is left alone, by all processes."""

from typing import Final

from messenger.lib.volatile import Limit, Volatile

LIMIT: Final = "limit"
FAILURES: Final = "failures"
REASONS = (LIMIT, FAILURES)

# The fifth failure within this time opens the breaker, and so does each one after it.
_FAILURES_BORNE = 4
_FAILURE_SECONDS = 300
_BREAK_SECONDS = 60


class Pauses:
    """Each reason has a key of its own, so that a short pause never cuts a long one."""

    def __init__(self, volatile: Volatile, prefix: str) -> None:
        self._volatile = volatile
        self._failures = Limit(f"{prefix}:failed", _FAILURES_BORNE, _FAILURE_SECONDS)
        self.keys = [f"{prefix}:paused:{reason}" for reason in REASONS]

    def begin(self, reason: str, seconds: int) -> None:
        self._volatile.set(self.keys[REASONS.index(reason)], 1, seconds)

    def begin_for_limit(self, seconds: int) -> None:
        self.begin(LIMIT, seconds)

    def note_failure(self) -> None:
        """Counts a failure; with too many of them it begins a pause."""
        if self._volatile.look([], [self._failures]).retry_after:
            self.begin(FAILURES, _BREAK_SECONDS)

    def current(self) -> str | None:
        """The reason of a pause that there is."""
        found = self._volatile.look(self.keys, []).values
        return next((reason for reason, value in zip(REASONS, found, strict=True) if value), None)
