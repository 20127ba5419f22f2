"""A schedule as the timetable shows it: in words, with what its last run said."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from croniter import croniter
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django_q.models import Schedule, Task
from django_q.utils import localtime

from messenger.admin.rows import duration
from messenger.schedules import TIMETABLE

# The worker looks twice a minute; a task may wait for others, and may take a while.
GRACE = timedelta(minutes=3)
SAID_LENGTH = 160
TITLES = {entry.name: entry.title for entry in TIMETABLE}


def group_of(schedule: Schedule) -> str:
    """What django-q2 writes into the tasks that it makes of the schedule."""
    return str(schedule.name or schedule.pk)


def last_tasks(schedules: list[Schedule]) -> dict[str, Task]:
    """The task of each that ended last, by its group: one query."""
    groups = [group_of(schedule) for schedule in schedules]
    last = Task.objects.filter(group__in=groups).order_by("group", "-stopped").distinct("group")
    return {task.group: task for task in last.defer("args", "kwargs")}


@dataclass(frozen=True, slots=True)
class Line:
    schedule: Schedule
    last: Task | None
    now: datetime

    @property
    def when(self) -> str:
        if self.schedule.schedule_type == Schedule.CRON:
            return cron_in_words(self.schedule.cron)
        return str(self.schedule.get_schedule_type_display())

    @property
    def state(self) -> tuple[str, str]:
        """A key for the colour, and a word."""
        if self.is_late:
            return "late", _("Late")
        if self.last is None:
            return "never", _("Not run yet")
        return ("done", f"✓ {_('Done')}") if self.last.success else ("failed", f"✗ {_('Failed')}")

    @property
    def is_late(self) -> bool:
        """Nobody made a task of it in time, or nobody did the task: no worker stands, or none gets through."""
        due = self.schedule.next_run
        if due is not None and due < self.now - GRACE:
            return True
        if self.last is None or self.schedule.task in {None, self.last.pk}:
            return False
        return bool(self.schedule.cron) and self.last.started < self._expected_by_now

    @property
    def _expected_by_now(self) -> datetime:
        """The last time at which it was due, if that isn't too short a while ago to tell."""
        moment: datetime = croniter(self.schedule.cron, localtime(self.now - GRACE)).get_prev(datetime)
        return moment


def title_of(name: str | None, func: str) -> str:
    """In words where the timetable has some."""
    title = TITLES.get(name or "")
    return capfirst(_(title)) if title else name or func


def said(task: Task) -> str:
    """What a task returned, or the line of the error that names it."""
    text = "" if task.result is None else str(task.result)
    if not task.success:
        text = _line_of_error(text)
    return Truncator(text).chars(SAID_LENGTH)


def _line_of_error(text: str) -> str:
    """A traceback ends with it, but for what PostgreSQL adds in lines of their own."""
    lines = [line for line in text.splitlines() if line[:1].isalpha()]
    named = [line for line in lines if not line.startswith(("DETAIL:", "HINT:", "CONTEXT:", "LINE "))]
    return named[-1] if named else text


def cron_in_words(cron: str) -> str:
    """The usual ones; the others as they are."""
    minute, _blank, rest = cron.partition(" ")
    hour = rest.removesuffix(" * * *")
    if cron == "* * * * *":
        return _("every minute")
    if minute.isdecimal() and hour == "*":
        return _("every hour, at minute %(minute)d") % {"minute": int(minute)}
    if minute.isdecimal() and hour.isdecimal():
        at = time_format(time(int(hour), int(minute)), "TIME_FORMAT")
        return _("every day at %(time)s") % {"time": at}
    return cron


def clock_time(at: datetime, now: datetime) -> str:
    """In the reader's time zone; with the day where it isn't today."""
    local = timezone.localtime(at)
    text = date_format(local, "TIME_FORMAT")
    same_day = local.date() == timezone.localtime(now).date()
    return text if same_day else f"{date_format(local, 'j N')}, {text}"


def until(due: datetime, now: datetime) -> str:
    if due > now:
        return _("in %(span)s") % {"span": span(due - now)}
    return _("now") if due > now - GRACE else _("due for %(span)s") % {"span": span(now - due)}


def ago(at: datetime, now: datetime) -> str:
    return _("%(span)s ago") % {"span": span(max(now - at, timedelta()))}


def span(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return _("%(n)d s") % {"n": seconds} if seconds < 60 else duration(length)
