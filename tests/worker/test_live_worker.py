"""What the worker does by itself, and what it tells of it."""

from pathlib import Path

import pytest
from django.test import Client
from django_q.models import Failure, Schedule, Success
from django_q.tasks import async_task

from crm.models import User
from messenger.models import Conversation
from messenger.schedules import run_soon
from tests.worker.cluster import cluster, wait_until
from tests.worker.conftest import assigned_long_ago, put_on_duty

pytestmark = pytest.mark.django_db(transaction=True)

# What Maria wrote (tests/conftest.py).
QUESTION = "Do you deliver to Tagil?"


def test_timetable_escalates_what_nobody_opens(
    tmp_path: Path, conversation: Conversation, operator: User, colleague: User
) -> None:
    assigned_long_ago(conversation, operator)
    put_on_duty(colleague)
    schedule = Schedule.objects.filter(func="messenger.tasks.escalate")
    assert run_soon(schedule) == 1
    was_due = schedule.get().next_run
    with cluster(tmp_path, settings_module="tests.worker.impatient") as worker:
        wait_until(conversation.events.filter(kind="escalated").exists, "the escalation")
        done = wait_until(
            Success.objects.filter(func="messenger.tasks.escalate").first, "the result of the task"
        )
    conversation.refresh_from_db()
    assert conversation.assignee == colleague
    assert done.result == "1 escalated, nobody left for 0"
    assert (done.group, done.id) == (schedule.get().name, schedule.get().task)
    assert schedule.get().next_run > was_due
    assert QUESTION not in worker.log


@pytest.mark.usefixtures("no_schedules", "roles")
def test_operator_who_comes_gets_what_waits(
    tmp_path: Path, conversation: Conversation, operator: User, operator_client: Client
) -> None:
    assert conversation.assignee is None
    with cluster(tmp_path) as worker:
        answer = operator_client.post("/messenger/me/status/", {"status": "online"}, "application/json")
        assert answer.json() == {"status": "online"}
        waiting = Conversation.objects.waiting()
        wait_until(lambda: not waiting.exists(), "the assignment", seconds=10)
    assert Conversation.objects.get().assignee == operator
    assert QUESTION not in worker.log


@pytest.mark.usefixtures("no_schedules")
def test_error_in_a_task_is_logged_and_kept(tmp_path: Path) -> None:
    with cluster(tmp_path) as worker:
        async_task("tests.worker.tasks.fail", task_name="fails")
        failure = wait_until(Failure.objects.first, "the failure")
        worker.wait_for("Failed 'tests.worker.tasks.fail' (fails)")
    assert "this one always fails" in failure.result
    assert "Traceback" in worker.log
