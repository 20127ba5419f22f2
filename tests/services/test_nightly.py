"""What the diagnosis says of the nightly jobs."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import Task

from messenger.schedules import TIMETABLE
from messenger.services.diagnosis.finding import Level, Verdict
from messenger.services.diagnosis.nightly import nightly

pytestmark = pytest.mark.django_db

CLOSING = "messenger.tasks.close_old_conversations"
SWEEPING = "messenger.tasks.sweep_files"


def ran(func: str, ago: timedelta, *, success: bool = True) -> None:
    at = timezone.now() - ago
    number = Task.objects.count()
    Task.objects.create(id=f"{number}", name="x", func=func, started=at, stopped=at, success=success)


def test_jobs_of_the_night_are_those_of_once_a_day() -> None:
    by_night = {entry.func.rpartition(".")[2] for entry in TIMETABLE if entry.is_nightly}
    assert {"close_old_conversations", "anonymize_silent_contacts", "remove_old_failures"} <= by_night
    assert not by_night & {"escalate", "purge_empty_conversations"}


def test_none_has_run_yet() -> None:
    ran("messenger.tasks.escalate", timedelta())
    assert nightly() == Verdict(Level.OK, "None has run yet.")


def test_all_went_well() -> None:
    ran(CLOSING, timedelta(hours=30), success=False)
    ran(CLOSING, timedelta(hours=6))
    ran(SWEEPING, timedelta(hours=5))
    assert nightly() == Verdict(Level.OK, "All went well; the last one ended 5\xa0hours ago.")


def test_what_failed_the_last_time_is_named() -> None:
    ran(CLOSING, timedelta(hours=30))
    ran(CLOSING, timedelta(hours=6), success=False)
    ran(SWEEPING, timedelta(hours=5))
    assert nightly() == Verdict(Level.WARNING, "Failed the last time: close old conversations.")
