"""The timetable: schedules are declared here and brought in line after every migrate."""

from typing import Any, NamedTuple

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop
from django_q import cluster, scheduler
from django_q.brokers import Broker
from django_q.models import Schedule

from crm.database_outage import note_outage
from messenger.lib.advisory_lock import wait_for_lock

PREFIX = "messenger: "
# What an administrator or an older version may have filled in, and the timetable never does.
LEFT_EMPTY = ("hook", "args", "kwargs", "minutes", "cluster", "intended_date_kwarg")


class Entry(NamedTuple):
    """`title` names the row in the database as well; `cron` is in the time zone of the settings."""

    title: str
    func: str
    cron: str

    @property
    def name(self) -> str:
        return PREFIX + self.title

    @property
    def is_nightly(self) -> bool:
        """Whether it runs once a day."""
        return self.cron.split()[1].isdecimal()

    def values(self) -> dict[str, Any]:
        mine = {"func": self.func, "schedule_type": Schedule.CRON, "cron": self.cron, "repeats": -1}
        return mine | dict.fromkeys(LEFT_EMPTY)


TIMETABLE = (
    Entry(gettext_noop("escalate what nobody opens"), "messenger.tasks.escalate", "* * * * *"),
    Entry(gettext_noop("assign what waits"), "messenger.tasks.assign_waiting_everywhere", "* * * * *"),
    Entry(gettext_noop("mail visitors who left"), "messenger.tasks.mail_visitors", "* * * * *"),
    Entry(gettext_noop("deliver webhooks"), "messenger.tasks.deliver_webhooks", "* * * * *"),
    Entry(
        gettext_noop("remove empty conversations"), "messenger.tasks.purge_empty_conversations", "17 * * * *"
    ),
    Entry(gettext_noop("close old conversations"), "messenger.tasks.close_old_conversations", "7 3 * * *"),
    Entry(
        gettext_noop("anonymize clients who are gone"),
        "messenger.tasks.anonymize_silent_contacts",
        "27 3 * * *",
    ),
    Entry(
        gettext_noop("remove old webhook deliveries"), "messenger.tasks.remove_old_deliveries", "53 3 * * *"
    ),
    Entry(gettext_noop("remove old mails to visitors"), "messenger.tasks.remove_old_mails", "57 3 * * *"),
    Entry(gettext_noop("count the figures"), "messenger.tasks.count_figures", "11 * * * *"),
    Entry(gettext_noop("remove old failed tasks"), "messenger.tasks.remove_old_failures", "47 3 * * *"),
    Entry(gettext_noop("remove files without a message"), "messenger.tasks.sweep_files", "23 4 * * *"),
    Entry(
        gettext_noop("go on with copies and removals of clients' data"),
        "messenger.tasks.wake_work_on_personal_data",
        "* * * * *",
    ),
    Entry(gettext_noop("remove expired exports"), "messenger.tasks.sweep_exports", "37 * * * *"),
    Entry(
        gettext_noop("remove expired log-in sessions"), "messenger.tasks.clear_expired_sessions", "41 3 * * *"
    ),
)


def bring_in_line(**kwargs: Any) -> None:
    """Adds, changes and removes rows so that the database holds exactly the timetable; others' schedules stay."""
    if not _is_migrated():
        return
    with transaction.atomic():
        _wait_for_others()
        for entry in TIMETABLE:
            _bring_in_line(entry)
        names = [entry.name for entry in TIMETABLE]
        Schedule.objects.filter(name__startswith=PREFIX).exclude(name__in=names).delete()


def pull_back() -> int:
    """What was put off by a clock that was ahead runs at its time again, and not when that hour comes; how many."""
    put_off = 0
    for row in Schedule.objects.filter(name__startswith=PREFIX, next_run__gt=timezone.now()):
        due = row.calculate_next_run()
        if row.next_run > due:
            put_off += Schedule.objects.filter(pk=row.pk, next_run=row.next_run).update(next_run=due)
    return put_off


def install() -> None:
    """The worker's guard looks at the timetable twice a minute."""
    cluster.scheduler = _look


def _look(broker: Broker | None = None) -> None:
    scheduler.scheduler(broker)
    try:
        pull_back()
    except DatabaseError as error:
        note_outage(error)


def run_soon(schedules: QuerySet[Schedule]) -> int:
    """They are due now, besides their usual times; how many. The worker looks twice a minute."""
    return schedules.update(next_run=timezone.now())


def _is_migrated() -> bool:
    """`migrate messenger` alone comes here too, before django-q2's tables are there or have all their columns."""
    options = Schedule._meta  # noqa: SLF001  (documented by Django as public)
    with connection.cursor() as cursor:
        if options.db_table not in connection.introspection.table_names(cursor):
            return False
        found = connection.introspection.get_table_description(cursor, options.db_table)
    return {field.column for field in options.concrete_fields} <= {column.name for column in found}


def _wait_for_others() -> None:
    """Names are not unique in the database: of two that migrate at once the second finds the rows of the first."""
    wait_for_lock("messenger.schedules")


def _bring_in_line(entry: Entry) -> None:
    """The next run stays where it is, unless it belongs to another cron or was put off."""
    rows = list(Schedule.objects.select_for_update().filter(name=entry.name).order_by("pk"))
    if not rows:
        Schedule.objects.create(name=entry.name, **entry.values())
        return
    row, *doubles = rows
    Schedule.objects.filter(pk__in=[double.pk for double in doubles]).delete()
    changed = {name: value for name, value in entry.values().items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    due = row.calculate_next_run()
    if {"cron", "schedule_type"} & changed.keys() or row.next_run is None or row.next_run > due:
        changed["next_run"] = row.next_run = due
    if changed:
        row.save(update_fields=list(changed))
