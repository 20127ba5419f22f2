"""After every migrate the database holds the timetable of the code, whatever it held before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q import cluster
from django_q.brokers import get_broker
from django_q.models import Schedule

from messenger.schedules import TIMETABLE, bring_in_line, pull_back
from tests.outages import database_away
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db

FIRST = TIMETABLE[0]
HOURLY = next(entry for entry in TIMETABLE if entry.cron == "17 * * * *")
FAR = datetime(2199, 1, 1, tzinfo=UTC)


def migrate() -> None:
    call_command("migrate", verbosity=0)


def held() -> list[tuple[str, str, str, int]]:
    return sorted(Schedule.objects.values_list("name", "func", "cron", "repeats"))


def declared() -> list[tuple[str, str, str, int]]:
    return sorted((entry.name, entry.func, entry.cron, -1) for entry in TIMETABLE)


def is_in_its_hour(schedule: Schedule) -> bool:
    """Whether it runs next at minute 17, which may have begun since."""
    since, until = timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(hours=1)
    return bool(since < schedule.next_run <= until and schedule.next_run.minute == 17)


@pytest.fixture
def schedule(db: None) -> Schedule:
    """The hourly one, just written: due in a while (that of the first migrate may be due by now)."""
    Schedule.objects.filter(name=HOURLY.name).delete()
    migrate()
    schedule = Schedule.objects.get(name=HOURLY.name)
    assert is_in_its_hour(schedule)
    return schedule


@pytest.mark.parametrize(
    "breakage",
    [
        "ALTER TABLE django_q_schedule RENAME TO elsewhere",
        "ALTER TABLE django_q_schedule DROP COLUMN intended_date_kwarg",
    ],
    ids=["not there", "older"],
)
def test_migrate_goes_through_where_django_q_is_not_migrated(breakage: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(breakage)
    bring_in_line()


def test_migrate_fills_an_empty_table() -> None:
    Schedule.objects.all().delete()
    before = timezone.now()
    migrate()
    assert held() == declared()
    assert all(schedule.next_run > before for schedule in Schedule.objects.all())


def test_every_entry_calls_a_task_that_is_there() -> None:
    assert all(callable(import_string(entry.func)) for entry in TIMETABLE)
    assert len({entry.name for entry in TIMETABLE}) == len(TIMETABLE)


@pytest.mark.parametrize("since", [timedelta(minutes=65), timedelta()], ids=["overdue", "to come"])
def test_next_run_stays_where_nothing_changed(schedule: Schedule, since: timedelta) -> None:
    moment = schedule.next_run - since
    Schedule.objects.filter(pk=schedule.pk).update(next_run=moment, task="1" * 32)
    migrate()
    schedule.refresh_from_db()
    assert (schedule.next_run, schedule.task) == (moment, "1" * 32)


@pytest.mark.parametrize(
    "change",
    [
        {"func": "os.remove"},
        {"repeats": 0},
        {"args": "1, 2"},
        {"kwargs": "q_options={'ack_failure': True}"},
        {"hook": "messenger.tasks.escalate"},
        {"cluster": "another"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_was_changed_is_brought_in_line(schedule: Schedule, change: dict[str, Any]) -> None:
    before = Schedule.objects.filter(pk=schedule.pk).values().get()
    Schedule.objects.filter(pk=schedule.pk).update(**change)
    migrate()
    assert Schedule.objects.filter(pk=schedule.pk).values().get() == before


@pytest.mark.parametrize(
    "change",
    [{"cron": "0 0 1 1 *"}, {"schedule_type": "Y"}, {"schedule_type": "O", "cron": None}, {}],
    ids=["rare", "yearly", "once", "put off"],
)
@pytest.mark.parametrize("next_run", [FAR, None], ids=["far", "never"])
def test_next_run_follows_the_timetable(
    schedule: Schedule, change: dict[str, Any], next_run: datetime | None
) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(next_run=next_run, **change)
    migrate()
    schedule.refresh_from_db()
    assert (schedule.schedule_type, schedule.cron) == ("C", HOURLY.cron)
    assert is_in_its_hour(schedule)


def test_removed_entry_is_deleted() -> None:
    Schedule.objects.create(name="messenger: of an older version", func="messenger.tasks.gone")
    migrate()
    assert held() == declared()


def test_schedules_of_others_stay_as_they_are() -> None:
    for name in (None, "", "nightly report", "messengers"):
        Schedule.objects.create(name=name, func="reports.tasks.send", schedule_type="D", next_run=FAR)
    foreign = Schedule.objects.filter(func="reports.tasks.send").order_by("pk").values()
    before = list(foreign)
    migrate()
    assert list(foreign.all()) == before


def test_doubles_go_and_the_first_stays(schedule: Schedule) -> None:
    Schedule.objects.create(name=HOURLY.name, func=HOURLY.func, schedule_type="C", cron=HOURLY.cron)
    migrate()
    assert Schedule.objects.get(name=HOURLY.name).pk == schedule.pk


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_migrate_at_once_make_no_doubles() -> None:
    Schedule.objects.all().delete()
    in_parallel(4, migrate)
    assert held() == declared()


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=400)])
def test_what_a_clock_that_was_ahead_put_off_is_pulled_back(schedule: Schedule, ahead: timedelta) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(next_run=schedule.next_run + ahead)
    assert pull_back() == 1
    schedule.refresh_from_db()
    assert is_in_its_hour(schedule)
    assert pull_back() == 0


@pytest.mark.django_db(transaction=True)
def test_guard_pulls_back_with_each_look(schedule: Schedule) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(next_run=FAR)
    cluster.scheduler(broker=get_broker())
    schedule.refresh_from_db()
    assert is_in_its_hour(schedule)


def test_schedules_of_others_are_not_pulled_back() -> None:
    Schedule.objects.create(name="nightly report", func="reports.tasks.send", schedule_type="D", next_run=FAR)
    pull_back()
    assert Schedule.objects.get(name="nightly report").next_run == FAR


@pytest.mark.django_db(transaction=True)
def test_guard_lives_on_without_the_database() -> None:
    with database_away():
        cluster.scheduler(broker=get_broker())
