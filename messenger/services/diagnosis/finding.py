"""The words of a diagnosis."""

from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from messenger.lib import clock


class Level(StrEnum):
    """`warning`: it goes on, but somebody should look; `error`: visitors or operators suffer."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Verdict(NamedTuple):
    level: Level
    detail: str


class Finding(NamedTuple):
    """`detail` is a sentence for people; nothing of a finding is secret."""

    name: str
    title: str | Promise
    level: Level
    detail: str


def ok(detail: str) -> Verdict:
    return Verdict(Level.OK, detail)


def warning(detail: str) -> Verdict:
    return Verdict(Level.WARNING, detail)


def error(detail: str) -> Verdict:
    return Verdict(Level.ERROR, detail)


def span(seconds: float) -> str:
    """Such as "12 s", "4 minutes", "2 days"."""
    if seconds < 60:
        return _("%(n)d s") % {"n": max(0, seconds)}
    now = clock.now()
    return timesince(now - timedelta(seconds=seconds), now, depth=1)
