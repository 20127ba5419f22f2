"""The present moment, which a test or a simulation may set."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_set_to: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The set moment or, in production always, the real one; aware."""
    return _set_to.get() or timezone.now()


def set_moment() -> datetime | None:
    """The moment that was set; None where time is real, so that the database's own clock may be asked."""
    return _set_to.get()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Within the block, and in its thread alone, it is this moment."""
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)
