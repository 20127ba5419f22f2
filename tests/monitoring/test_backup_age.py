"""Everybody who watches sees how old the last back-up is."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django_q.models import Success

from crm.monitoring.figures import Figures
from messenger.lib import clock
from messenger.services.backup import record
from messenger.services.diagnosis import backup, nightly, queue
from tests.outages import database_away

pytestmark = pytest.mark.django_db


def made(ago: timedelta) -> None:
    assert record.note(begun_at=clock.now() - ago, said="messenger-20261127T020000Z")


def installed(ago: timedelta) -> None:
    MigrationRecorder(connection).migration_qs.update(applied=clock.now() - ago)


def age() -> float | None:
    found = {one.name: one.samples[0].value for one in Figures().collect()}
    return found.get("messenger_backup_age_seconds")


def test_a_new_installation_has_a_day() -> None:
    installed(timedelta(hours=20))
    assert backup.backup() == ("ok", "No back-up has been made yet.")
    installed(timedelta(hours=30))
    assert backup.backup() == ("warning", "No back-up has been made yet.")
    assert age() is None


def test_one_of_last_night_is_enough() -> None:
    installed(timedelta(days=900))
    made(timedelta(hours=23))
    made(timedelta(days=9))
    assert backup.backup() == ("ok", "The last back-up is 23\xa0hours old.")
    assert age() == pytest.approx(23 * 3600, abs=60)


def test_an_older_one_is_a_warning() -> None:
    made(timedelta(hours=27))
    assert backup.backup() == ("warning", "The last back-up is 1\xa0day old.")


def test_another_kind_is_told_of() -> None:
    call_command("backup_messenger", "--made-otherwise")
    assert age() == pytest.approx(0, abs=60)


@pytest.mark.parametrize("options", [[], ["--made-otherwise", "--to", "somewhere"]])
def test_one_of_both_is_said(options: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("backup_messenger", *options)
    assert record.last() is None


def test_it_passes_for_no_task_of_the_worker() -> None:
    made(timedelta())
    assert queue.last_success() is None
    assert nightly.nightly() == ("ok", "None has run yet.")


def test_only_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "_KEPT", 2)
    for hours in (3, 2, 1):
        made(timedelta(hours=hours))
    assert Success.objects.filter(func=record.FUNC).count() == 2
    assert age() == pytest.approx(3600, abs=60)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_note_spoils_no_back_up(capsys: pytest.CaptureFixture[str]) -> None:
    with database_away():
        call_command("backup_messenger", "--made-otherwise")
    assert "doesn't take a note of it" in capsys.readouterr().err
    assert record.last() is None
