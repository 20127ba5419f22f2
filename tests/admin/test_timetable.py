"""The worker's pages: what is planned, what came of it, and who may look."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success, Task
from django_q.tasks import async_task

from crm.models import User
from messenger.admin.timetable import Line, cron_in_words, said
from messenger.schedules import TIMETABLE, bring_in_line
from tests.admin.people import changelist

PAGES = ["django_q_schedule", "django_q_success", "django_q_failure", "django_q_ormq"]
TIMETABLE_PAGE = "/admin/django_q/schedule/"
ESCALATE, HOURLY = (
    next(entry for entry in TIMETABLE if entry.func == f"messenger.tasks.{name}")
    for name in ("escalate", "purge_empty_conversations")
)
MINUTE = timedelta(minutes=1)
# What django-q2 keeps of an error that PostgreSQL told of.
ERROR = """deadlock detected
DETAIL:  Process 1 waits for process 2. : Traceback (most recent call last):
  File "psycopg/cursor.py", line 97, in execute
    raise ex.with_traceback(None)
psycopg.errors.DeadlockDetected: deadlock detected
DETAIL:  Process 1 waits for process 2.

Traceback (most recent call last):
  File "messenger/tasks.py", line 18, in purge_empty_conversations
django.db.utils.OperationalError: deadlock detected
DETAIL:  Process 1 waits for process 2.
HINT:  See server log for query details.
"""

Ran = Callable[..., Task]


@pytest.fixture(autouse=True)
def timetable(db: None) -> None:
    """As after the first migrate: nothing is late yet, however long the tests have been running."""
    Schedule.objects.all().delete()
    bring_in_line()


@pytest.fixture
def ran(db: None) -> Ran:
    """`ran(schedule, ago=…)`: its last task has ended."""

    def ran(schedule: Schedule, *, ago: timedelta = MINUTE, success: bool = True, **more: Any) -> Task:
        stopped = timezone.now() - ago
        task = Task.objects.create(
            id=f"{Task.objects.count():032}",
            name="ink-romeo-paris",
            func=schedule.func,
            group=schedule.name,
            started=stopped - timedelta(seconds=2),
            stopped=stopped,
            success=success,
            **more,
        )
        schedule.task = task.pk
        schedule.save()
        return task

    return ran


def schedule_of(entry: Any) -> Schedule:
    return Schedule.objects.get(name=entry.name)


def line_of(schedule: Schedule, last: Task | None) -> Line:
    return Line(schedule, last, timezone.now())


@pytest.mark.parametrize("label", PAGES)
def test_pages_are_not_for_operators(operator_client: Client, label: str) -> None:
    assert operator_client.get(changelist(label)).status_code == 403


@pytest.mark.parametrize("label", PAGES)
def test_anonymous_is_led_to_the_log_in(client: Client, label: str) -> None:
    assert client.get(changelist(label))["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("label", PAGES)
def test_administrators_go_from_page_to_page(administrator_client: Client, label: str) -> None:
    response = administrator_client.get(changelist(label))
    assert response.status_code == 200
    shown = response.content.decode()
    assert all(f'<a href="{changelist(page)}" class="' in shown for page in PAGES)
    assert f'<a href="{changelist(label)}" class="active"' in shown


def test_page_that_nobody_may_see_has_no_tab(administrator_client: Client) -> None:
    group = Group.objects.get(name="Messenger administrators")
    group.permissions.remove(Permission.objects.get(codename="view_ormq"))
    shown = administrator_client.get(TIMETABLE_PAGE).content.decode()
    assert changelist("django_q_failure") in shown
    assert changelist("django_q_ormq") not in shown
    assert administrator_client.get(changelist("django_q_ormq")).status_code == 403


def test_sidebar_leads_to_the_timetable(administrator_client: Client, operator_client: Client) -> None:
    assert f'href="{TIMETABLE_PAGE}"' in administrator_client.get("/admin/crm/user/").content.decode()
    assert TIMETABLE_PAGE not in operator_client.get("/admin/", follow=True).content.decode()


def test_next_run_and_last_result_are_shown(administrator_client: Client, ran: Ran) -> None:
    task = ran(schedule_of(ESCALATE), result="3 escalated, nobody left for 1")
    failed = ran(schedule_of(HOURLY), success=False, result=ERROR)
    shown = administrator_client.get(TIMETABLE_PAGE).content.decode()
    for text in ("Escalate what nobody opens", "every minute", "every hour, at minute 17"):
        assert text in shown
    for text in ("✓ Done", "3 escalated, nobody left for 1", "1 min ago"):
        assert text in shown
    assert f'href="/admin/django_q/success/{task.pk}/change/"' in shown
    for text in ("✗ Failed", "django.db.utils.OperationalError: deadlock detected", "Not run yet"):
        assert text in shown
    assert f'href="/admin/django_q/failure/{failed.pk}/change/"' in shown
    assert "Process 1 waits" not in shown


def test_only_the_last_task_counts(administrator_client: Client, ran: Ran) -> None:
    ran(schedule_of(ESCALATE), ago=2 * MINUTE, success=False, result="Oh : Traceback\nValueError: Oh")
    ran(schedule_of(ESCALATE), result="0 escalated, nobody left for 0")
    shown = administrator_client.get(TIMETABLE_PAGE).content.decode()
    assert "✗ Failed" not in shown
    assert "✓ Done" in shown


def test_number_of_queries_is_the_same_for_many(administrator_client: Client, ran: Ran) -> None:
    ran(schedule_of(ESCALATE), result="0 escalated")

    def queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            administrator_client.get(TIMETABLE_PAGE)
        return len(queries)

    few = queries()
    for number in range(20):
        ran(Schedule.objects.create(name=f"report {number}", func="reports.tasks.send"), result="sent")
    assert queries() == few


@pytest.mark.parametrize("path", ["add/", "{pk}/delete/"])
def test_nobody_changes_the_timetable_here(admin_client: Client, path: str) -> None:
    schedule = schedule_of(ESCALATE)
    url = TIMETABLE_PAGE + path.format(pk=schedule.pk)
    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    page = f"{TIMETABLE_PAGE}{schedule.pk}/change/"
    assert admin_client.post(page, {"cron": "0 0 1 1 *"}).status_code == 403
    assert b'name="cron"' not in admin_client.get(page).content
    assert schedule_of(ESCALATE).cron == "* * * * *"


def test_running_now_takes_a_permission(administrator: User, administrator_client: Client) -> None:
    schedule, other = schedule_of(HOURLY), schedule_of(ESCALATE)
    body = {"action": "run_now", "_selected_action": str(schedule.pk)}
    assert b"run_now" not in administrator_client.get(TIMETABLE_PAGE).content
    administrator_client.post(TIMETABLE_PAGE, body)
    assert schedule_of(HOURLY).next_run == schedule.next_run
    administrator.user_permissions.add(Permission.objects.get(codename="change_schedule"))
    assert b"run_now" in administrator_client.get(TIMETABLE_PAGE).content
    answer = administrator_client.post(TIMETABLE_PAGE, body, follow=True)
    assert "1 task begins within half a minute." in answer.content.decode()
    assert schedule_of(HOURLY).next_run <= timezone.now()
    assert schedule_of(ESCALATE).next_run == other.next_run


def test_a_link_runs_nothing(admin_client: Client) -> None:
    schedule = schedule_of(HOURLY)
    admin_client.get(TIMETABLE_PAGE, {"action": "run_now", "_selected_action": schedule.pk})
    assert schedule_of(HOURLY).next_run == schedule.next_run


def test_what_is_due_for_long_is_late() -> None:
    schedule = schedule_of(ESCALATE)
    schedule.next_run = timezone.now() - MINUTE
    assert line_of(schedule, None).state[0] == "never"
    schedule.next_run = timezone.now() - 5 * MINUTE
    assert line_of(schedule, None).state == ("late", "Late")


def test_what_nobody_does_is_late(ran: Ran) -> None:
    """The timetable goes on where the tasks that it makes stay in the queue."""
    schedule = schedule_of(ESCALATE)
    last = ran(schedule, ago=2 * MINUTE)
    schedule.task = "of this minute"
    assert line_of(schedule, last).state[0] == "done"
    last = ran(schedule, ago=10 * MINUTE)
    assert line_of(schedule, last).state[0] == "done"
    schedule.task = "of this minute"
    assert line_of(schedule, last).state[0] == "late"


def test_late_ones_are_marked(administrator_client: Client) -> None:
    Schedule.objects.filter(name=ESCALATE.name).update(next_run=timezone.now() - 8 * MINUTE)
    shown = administrator_client.get(TIMETABLE_PAGE).content.decode()
    assert "Late" in shown
    assert "due for 8 min" in shown


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("* * * * *", "every minute"),
        ("17 * * * *", "every hour, at minute 17"),
        ("41 3 * * *", "every day at 3:41 a.m."),
        ("0 9 * * 1", "0 9 * * 1"),
        ("*/5 * * * *", "*/5 * * * *"),
        ("0 9,18 * * *", "0 9,18 * * *"),
        ("", ""),
    ],
)
def test_usual_crons_are_told_in_words(cron: str, words: str) -> None:
    assert cron_in_words(cron) == words


@pytest.mark.parametrize(
    ("success", "result", "text"),
    [
        (True, None, ""),
        (True, 0, "0"),
        (True, "x" * 500, "x" * 159 + "…"),
        (False, None, ""),
        (False, "no traceback", "no traceback"),
        (False, "Task exceeded maximum timeout value (3 seconds) : Traceback\n  a\nx.T: late\n", "x.T: late"),
    ],
)
def test_results_are_told_in_a_line(success: bool, result: Any, text: str) -> None:
    assert said(Task(success=success, result=result)) == text


def test_lists_of_tasks_show_what_they_said(administrator_client: Client, ran: Ran) -> None:
    ran(schedule_of(ESCALATE), result="3 escalated, nobody left for 1")
    ran(schedule_of(HOURLY), success=False, result=ERROR)
    succeeded = administrator_client.get(changelist("django_q_success")).content.decode()
    assert "Escalate what nobody opens" in succeeded
    assert "3 escalated, nobody left for 1" in succeeded
    failed = administrator_client.get(changelist("django_q_failure")).content.decode()
    assert "Remove empty conversations" in failed
    assert "OperationalError: deadlock detected" in failed
    for model, page in ((Success, "success"), (Failure, "failure")):
        url = f"/admin/django_q/{page}/{model.objects.get().pk}/change/"
        assert administrator_client.get(url).status_code == 200


def test_queue_shows_what_waits_and_what_is_being_done(administrator_client: Client) -> None:
    async_task("messenger.tasks.assign_waiting_of_branch", 7, task_name="assign waiting, branch 7")
    shown = administrator_client.get(changelist("django_q_ormq")).content.decode()
    assert "assign waiting, branch 7" in shown
    assert "Waits for the worker" in shown
    OrmQ.objects.update(lock=timezone.now() + MINUTE)
    assert "Being done" in administrator_client.get(changelist("django_q_ormq")).content.decode()
