"""Workers that are killed or told to stop: what they were at is done, once."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from django.db import connection
from django_q.models import Failure, OrmQ, Success
from django_q.tasks import async_task
from django_redis import get_redis_connection

from crm.models import Region, User
from messenger.models import Conversation
from tests.stream.server import database_url
from tests.worker.cluster import Cluster, cluster, wait_until
from tests.worker.conftest import assigned_long_ago, put_on_duty
from tests.worker.tasks import begun_key, go_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_schedules")]

NAME = "Sverdlovsk"
# What a killed worker had is done again after this and a fifth of it, a second at least.
TASK_SECONDS = "4"


def enqueue() -> None:
    async_task("tests.worker.tasks.add_region", NAME, task_name="add a region")


def runs() -> list[int]:
    """The processes that have begun with the task so far."""
    found = get_redis_connection("default").lrange(begun_key(NAME), 0, -1)
    return [int(process_id) for process_id in found]


def wait_for_runs(count: int) -> int:
    """The process that began last, when there have been so many."""
    return wait_until(lambda: runs() if len(runs()) >= count else [], f"run {count} of the task")[-1]


def let_go_on() -> None:
    get_redis_connection("default").rpush(go_key(NAME), "go")


def wait_for_the_end() -> None:
    """The task has ended well, and nothing of it is left in the queue."""
    wait_until(Success.objects.exists, "the task's success")
    wait_until(lambda: not OrmQ.objects.exists(), "an empty queue")
    assert Region.objects.filter(name=NAME).count() == 1
    assert Success.objects.get().result == f"{NAME} added"
    assert not Failure.objects.exists()


def test_task_of_a_killed_process_is_done_by_another(tmp_path: Path) -> None:
    with cluster(tmp_path, WORKER_TASK_SECONDS=TASK_SECONDS) as worker:
        enqueue()
        first = wait_for_runs(1)
        os.kill(first, signal.SIGKILL)
        let_go_on()
        assert wait_for_runs(2) != first
        wait_for_the_end()
        assert len(runs()) == 2
        worker.wait_for("reincarnated worker")


def test_task_of_a_killed_worker_is_done_by_another_worker(tmp_path: Path) -> None:
    with (
        cluster(tmp_path, WORKER_TASK_SECONDS=TASK_SECONDS) as one,
        cluster(tmp_path, WORKER_TASK_SECONDS=TASK_SECONDS) as other,
    ):
        enqueue()
        begun = wait_for_runs(1)
        had, has = (one, other) if one.works(begun) else (other, one)
        had.kill()
        let_go_on()
        assert has.works(wait_for_runs(2))
        wait_for_the_end()
        assert len(runs()) == 2


def test_processes_that_are_killed_while_idle_are_replaced(tmp_path: Path) -> None:
    """Each held the queue that it listened to: it must not take it into its grave."""
    with cluster(tmp_path) as worker:
        for process_id in re.findall(r"(?:ready for work|monitoring|pushing tasks) at (\d+)", worker.log):
            os.kill(int(process_id), signal.SIGKILL)
        worker.wait_for("reincarnated", times=4)
        let_go_on()
        enqueue()
        wait_for_the_end()
        worker.terminate()
        assert worker.process.wait(20) == 0


def test_worker_that_is_told_to_stop_finishes_its_task(tmp_path: Path) -> None:
    with cluster(tmp_path) as worker:
        enqueue()
        wait_for_runs(1)
        worker.terminate()
        worker.wait_for("stopped pushing tasks")
        assert worker.process.poll() is None
        let_go_on()
        assert worker.process.wait(20) == 0
        wait_for_the_end()
        assert len(runs()) == 1
        assert "ERROR" not in worker.log
        assert "Traceback" not in worker.log


def test_escalation_that_is_killed_in_the_middle_is_done_once(
    tmp_path: Path, conversation: Conversation, operator: User, colleague: User
) -> None:
    assigned_long_ago(conversation, operator)
    put_on_duty(colleague)
    with cluster(tmp_path, WORKER_TASK_SECONDS=TASK_SECONDS) as worker:
        with nobody_picks(conversation.branch_id):
            async_task("messenger.tasks.escalate")
            os.kill(wait_until(lambda: waiting_process(worker), "an escalation at work"), signal.SIGKILL)
        assert not conversation.events.filter(kind="escalated").exists()
        wait_until(conversation.events.filter(kind="escalated").exists, "the escalation")
        wait_until(lambda: not OrmQ.objects.exists(), "an empty queue")
    assert conversation.events.filter(kind="escalated").count() == 1
    conversation.refresh_from_db()
    assert conversation.assignee == colleague


@contextmanager
def nobody_picks(branch_id: int) -> Iterator[None]:
    """Whoever chooses an operator of the branch waits, in the middle of their transaction."""
    with psycopg.connect(database_url()) as held:
        held.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('messenger.pick_operator', %s))", [branch_id]
        )
        yield


def waiting_process(worker: Cluster) -> int | None:
    """The worker's process that waits for a lock in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_port FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event = 'advisory'"
        )
        ports = {port for (port,) in cursor.fetchall()}
    for process in psutil.Process(worker.process.pid).children(recursive=True):
        if ports & {end.laddr.port for end in process.net_connections() if end.laddr}:
            return int(process.pid)
    return None
