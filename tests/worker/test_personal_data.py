"""Copies and removals of a client's data by real workers: longer than others may take, and killed in the middle."""

import json
import os
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

from crm.models import AuditEntry, User
from messenger.models import Contact, Conversation, DataExport, DataRemoval, Message
from messenger.services.privacy import jobs, removals, turns
from messenger.services.privacy.anonymize import Wanted
from messenger.services.privacy.hints import RUN
from tests.admin.people import ask
from tests.stream.server import database_url
from tests.worker.cluster import Cluster, cluster, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_schedules")]

# Other tasks end after it; what a killed worker had is handed out again a second later.
TASK_SECONDS = "2"
ALL = Wanted(redact_messages=True, delete_attachments=True, delete_sent_attachments=True)


@pytest.fixture
def export(conversation: Conversation, administrator: User, folder: Path) -> DataExport:
    ask(conversation, "And this one?", files=2)
    return jobs.request_export(
        conversation.contact, requested_by=administrator, reason="letter 7", with_files=False
    )


@pytest.fixture
def removal(conversation: Conversation, administrator: User, folder: Path) -> DataRemoval:
    ask(conversation, "My passport", files=2)
    asked = removals.request_removal(
        conversation.contact, requested_by=administrator, reason="letter 7", wanted=ALL
    )
    assert asked
    return asked


@contextmanager
def nobody_goes_on(table: str) -> Iterator[None]:
    """Whoever comes to the table waits, in the middle of what they do."""
    with psycopg.connect(database_url()) as held:
        held.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def waiting_process(worker: Cluster) -> int | None:
    """The worker's process that stands before the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_port FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation'"
        )
        ports = {port for (port,) in cursor.fetchall()}
    for process in psutil.Process(worker.process.pid).children(recursive=True):
        if ports & {end.laddr.port for end in process.net_connections() if end.laddr}:
            return int(process.pid)
    return None


def wait_at_work(worker: Cluster) -> int:
    return wait_until(lambda: waiting_process(worker), "a process at work")


def results() -> list[str]:
    return [str(task.result) for task in Success.objects.order_by("stopped")]


def wait_for_an_empty_queue() -> None:
    wait_until(lambda: not OrmQ.objects.exists(), "an empty queue")


def exported(folder: Path) -> list[Path]:
    return [path for path in (folder / "exports").rglob("*") if path.is_file()]


def finished[J: (DataExport, DataRemoval)](job: J) -> J:
    model = type(job)
    wait_until(lambda: model.objects.exclude(finished_at=None).exists(), "the end of the job")
    job.refresh_from_db()
    return job


def test_export_that_takes_longer_than_other_tasks_goes_on(
    tmp_path: Path, export: DataExport, folder: Path
) -> None:
    """The queue hands it out again meanwhile, and whoever gets it leaves it alone."""
    with cluster(tmp_path, WORKER_TASK_SECONDS=TASK_SECONDS) as worker:
        with nobody_goes_on("messenger_consent"):
            first = wait_at_work(worker)
            wait_until(lambda: "another process is at it" in results(), "the task's second coming")
            assert waiting_process(worker) == first
        assert finished(export).attempts == 1
        wait_for_an_empty_queue()
    assert not Failure.objects.exists()
    assert len(exported(folder)) == 1


def test_one_that_takes_longer_than_it_may_is_given_up(tmp_path: Path, export: DataExport) -> None:
    # Long enough to come to the lock on a busy machine: django-q2 itself gives a task up after five tries.
    DataExport.objects.update(attempts=turns.ATTEMPTS - 1)
    # It was written under the settings of the tests, which give it an hour.
    OrmQ.objects.all().delete()
    with cluster(tmp_path, WORKER_TASK_SECONDS="3", WORKER_LONG_TASK_SECONDS="3") as worker:
        with nobody_goes_on("messenger_consent"):
            async_task(RUN, timeout=3)
            wait_at_work(worker)
            wait_until(
                lambda: DataExport.objects.filter(failed_at__isnull=False).exists(), "that it is given up"
            )
        worker.wait_for("is given up after 3 attempts")


def test_export_of_a_killed_process_is_made_by_another(
    tmp_path: Path, export: DataExport, folder: Path
) -> None:
    with cluster(tmp_path, WORKER_TASK_SECONDS=TASK_SECONDS) as worker:
        with nobody_goes_on("messenger_consent"):
            os.kill(wait_at_work(worker), signal.SIGKILL)
        assert finished(export).attempts == 2
        wait_for_an_empty_queue()
    (file,) = exported(folder)
    assert file.stat().st_size == export.size
    assert len(json.loads(file.read_bytes())["conversations"][0]["messages"]) == 2


def test_removal_of_a_killed_process_is_done_by_another(
    tmp_path: Path, removal: DataRemoval, conversation: Conversation, folder: Path
) -> None:
    """It died with the texts redacted and the contact cleared: all of it had never been."""
    with cluster(tmp_path, WORKER_TASK_SECONDS=TASK_SECONDS) as worker:
        with nobody_goes_on("django_admin_log"):
            doomed = wait_at_work(worker)
            os.kill(doomed, signal.SIGKILL)
            # What it had done is undone when the database notices.
            assert Contact.objects.get().name == "Maria"
            assert Message.objects.filter(body="My passport").exists()
            assert any(path.is_file() for path in folder.rglob("*"))
        assert finished(removal).attempts == 2
        wait_for_an_empty_queue()
    assert set(Message.objects.values_list("body", flat=True)) == {"[redacted]"}
    assert not any(path.is_file() for path in folder.rglob("*"))
    assert AuditEntry.objects.filter(action="anonymized").count() == 1
    assert conversation.events.filter(kind="anonymized").count() == 1


def test_whole_worker_is_killed_and_the_next_minutes_look_finds_it(
    tmp_path: Path, removal: DataRemoval
) -> None:
    """Its place in the queue may be lost with it."""
    with cluster(tmp_path) as worker, nobody_goes_on("django_admin_log"):
        wait_at_work(worker)
        worker.kill()
        OrmQ.objects.all().delete()
    wait_until(turns.wake, "that nobody is at it")
    with cluster(tmp_path):
        assert finished(removal).attempts == 2
    assert AuditEntry.objects.filter(action="anonymized").count() == 1


def test_two_workers_share_what_was_asked_for(
    tmp_path: Path, export: DataExport, removal: DataRemoval, conversation: Conversation
) -> None:
    """The export is made first and goes with the rest: of both nothing is left but what is told."""
    with cluster(tmp_path), cluster(tmp_path):
        finished(removal)
        wait_for_an_empty_queue()
    assert not DataExport.objects.exists()
    assert removal.attempts == 1
    assert conversation.events.filter(kind="anonymized").count() == 1
