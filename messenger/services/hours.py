"""When an inbox's conversations are given to operators, and what visitors are told of it."""

from datetime import datetime, time
from itertools import groupby
from typing import NamedTuple

from django.conf import settings
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from messenger.lib import clock, opening_hours
from messenger.lib.opening_hours import Interval, Timetable
from messenger.models import Inbox


class Hours(NamedTuple):
    """`message` and `next_opening_at` are there only outside of the hours, `display` wherever there are hours."""

    outside: bool = False
    message: str = ""
    display: str = ""
    next_opening_at: datetime | None = None


def is_open(inbox: Inbox, at: datetime | None = None) -> bool:
    """Whether conversations are given out at this moment, which is now by default."""
    timetable = inbox.timetable()
    return timetable is None or opening_hours.is_open(timetable, at or clock.now())


def hours_of(inbox: Inbox) -> Hours:
    """What the widget tells of this moment."""
    timetable = inbox.timetable()
    if timetable is None:
        return Hours()
    now = clock.now()
    display = displayed(timetable)
    if opening_hours.is_open(timetable, now):
        return Hours(display=display)
    return Hours(
        outside=True,
        message=settings.MESSENGER_OUTSIDE_WORKING_HOURS_MESSAGE or _("We will answer during working hours."),
        display=display,
        next_opening_at=opening_hours.next_opening(timetable, now),
    )


def displayed(timetable: Timetable) -> str:
    """Such as "Mon–Fri 09:00–18:00, Sat 10:00–14:00": days that follow each other with the same hours together."""
    days = [(weekday, _times(timetable, weekday)) for weekday in range(1, 8)]
    parts = []
    for times, group in groupby(days, key=lambda day: day[1]):
        weekdays = [weekday for weekday, _times_of_day in group]
        if times:
            parts.append(f"{_span(weekdays)} {times}")
    return ", ".join(parts)


def _times(timetable: Timetable, weekday: int) -> str:
    own = sorted((one for one in timetable.intervals if one.weekday == weekday), key=_opens)
    return " ".join(f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in own)


def _opens(interval: Interval) -> time:
    return interval.opens


def _span(weekdays: list[int]) -> str:
    first, last = (str(WEEKDAYS_ABBR[weekday - 1]) for weekday in (weekdays[0], weekdays[-1]))
    return first if len(weekdays) == 1 else f"{first}–{last}"
