"""Exports by the worker: once, for a day, for whoever asked."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django_q.models import OrmQ

from crm.models import User
from messenger.exceptions import Invalid
from messenger.lib import clock
from messenger.models import Conversation, DataExport
from messenger.schedules import TIMETABLE
from messenger.services.privacy import jobs
from messenger.tasks import sweep_exports, work_on_personal_data

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def export(conversation: Conversation, operator: User, folder: Path) -> DataExport:
    return ask(conversation, operator)


def ask(conversation: Conversation, operator: User, *, with_files: bool = False) -> DataExport:
    return jobs.request_export(
        conversation.contact, requested_by=operator, reason=" letter 7 ", with_files=with_files
    )


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_it_is_handed_to_the_worker(export: DataExport) -> None:
    task = OrmQ.objects.get().task
    assert (task["func"], task["args"]) == ("messenger.tasks.work_on_personal_data", ())
    assert task["timeout"] == settings.WORKER_LONG_TASK_SECONDS
    assert export.reason == "letter 7"


def test_asked_twice_it_is_made_once(export: DataExport, conversation: Conversation, operator: User) -> None:
    assert ask(conversation, operator) == export
    assert OrmQ.objects.count() == 1
    assert ask(conversation, operator, with_files=True) != export


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501, "a\0b"])
def test_reason_is_needed(conversation: Conversation, operator: User, reason: str) -> None:
    with pytest.raises(Invalid):
        jobs.request_export(conversation.contact, requested_by=operator, reason=reason, with_files=False)
    assert not OrmQ.objects.exists()


def test_worker_makes_it(export: DataExport, folder: Path) -> None:
    assert work_on_personal_data().endswith("bytes exported")
    export.refresh_from_db()
    with export.file.open("rb") as file:
        text = file.read()
    assert json.loads(text)["contact"]["name"] == "Maria"
    assert export.size == len(text)
    assert export.finished_at
    assert timedelta(hours=23) < export.expires_at - clock.now() <= DAY


def test_with_files_it_is_an_archive(conversation: Conversation, operator: User, folder: Path) -> None:
    export = ask(conversation, operator, with_files=True)
    jobs.run_export(export.pk)
    export.refresh_from_db()
    with export.file.open("rb") as file:
        assert zipfile.ZipFile(file).namelist() == ["contact.json"]


def test_second_attempt_of_a_finished_one_does_nothing(export: DataExport, folder: Path) -> None:
    jobs.run_export(export.pk)
    assert jobs.run_export(export.pk) == "nothing to do"
    assert len(stored(folder)) == 1


def test_killed_attempt_is_repeated(
    export: DataExport, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """It died when the file was stored and the row not yet."""
    with monkeypatch.context() as dying:
        dying.setattr(jobs, "_finish", die)
        with pytest.raises(SystemExit):
            jobs.run_export(export.pk)
    assert jobs.run_export(export.pk).endswith("bytes exported")
    assert len(stored(folder)) == 2


def die(*args: Any) -> str:
    raise SystemExit


def test_of_two_attempts_at_once_the_first_counts(
    export: DataExport, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    finish = jobs._finish

    def overtaken(mine: DataExport, size: int) -> str:
        monkeypatch.setattr(jobs, "_finish", finish)
        assert jobs.run_export(export.pk).endswith("bytes exported")
        return finish(mine, size)

    monkeypatch.setattr(jobs, "_finish", overtaken)
    assert jobs.run_export(export.pk) == "another attempt was first, or the export is gone"
    export.refresh_from_db()
    assert [path.name for path in stored(folder)] == [Path(str(export.file.name)).name]


def test_expired_one_goes_with_its_file(
    export: DataExport, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    jobs.run_export(export.pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_exports() == "0 exports removed"
    with clock.at(clock.now() + DAY + timedelta(minutes=1)), django_capture_on_commit_callbacks(execute=True):
        assert sweep_exports() == "1 exports removed"
    assert stored(folder) == []
    assert not DataExport.objects.exists()


def test_file_without_a_row_goes_when_it_is_old(db: None, folder: Path) -> None:
    storages["messenger"].save("exports/left", ContentFile(b"x"))
    jobs.sweep_exports()
    assert len(stored(folder)) == 1
    with clock.at(clock.now() + DAY + timedelta(minutes=1)):
        jobs.sweep_exports()
    assert stored(folder) == []


def test_sweep_of_nothing(db: None, folder: Path) -> None:
    assert jobs.sweep_exports() == 0


def test_sweep_is_in_the_timetable() -> None:
    due = {entry.func for entry in TIMETABLE}
    assert {"messenger.tasks.sweep_exports", "messenger.tasks.wake_work_on_personal_data"} <= due


def test_who_sees_it(export: DataExport, operator: User, colleague: User, administrator: User) -> None:
    assert jobs.visible_to(operator).get() == jobs.visible_to(administrator).get() == export
    assert not jobs.visible_to(colleague).exists()
    with clock.at(clock.now() + DAY + timedelta(minutes=1)):
        assert not jobs.visible_to(operator).exists()


def test_progress_is_seen_while_it_is_made(
    export: DataExport, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr("messenger.services.privacy.reading.BATCH", 1)
    seen: list[int] = []
    finish = jobs._finish

    def look(row: DataExport, size: int) -> str:
        seen.append(jobs.progress(row))
        return finish(row, size)

    monkeypatch.setattr(jobs, "_finish", look)
    assert jobs.progress(export) == 0
    jobs.run_export(export.pk)
    assert (seen, jobs.progress(export)) == ([1], 0)
