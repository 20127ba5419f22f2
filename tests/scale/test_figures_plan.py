"""Figures read what they are of, and not the years before: on twenty thousand talks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from messenger.models import CountedDay
from messenger.services.insight import days
from messenger.services.insight.facts import summarize_times
from messenger.services.insight.now import Now, now
from messenger.services.insight.reading import Scope
from messenger.services.insight.staleness import mark_stale
from tests.benchmarks.data import fill
from tests.benchmarks.plans import explained

pytestmark = pytest.mark.django_db
BASE, MESSAGES = 720_000, 60_000


@pytest.fixture
def years(db: None) -> None:
    """All counted until a day ago, when the last hundred messages were written."""
    with connection.cursor() as cursor:
        fill(cursor, conversations=20_000, each=MESSAGES // 20_000, base=BASE, texts=1 << 14)
        cursor.execute("ANALYZE messenger_message")
        cursor.execute("ANALYZE messenger_conversationevent")
    summarize_times()
    today = days.today()
    CountedDay.objects.bulk_create(
        CountedDay(day=day, counted_at=timezone.now() - timedelta(days=1))
        for day in days.each_day(today - timedelta(days=3 * 365), today - days.ONE)
    )


def test_what_waits_now_is_read_without_what_is_being_talked_about(years: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messenger_conversation, messenger_message, messenger_inbox, crm_branch")
    found: list[Now] = []
    plan = explained(lambda: found.append(now(Scope())))
    assert found[0].waiting > 20
    assert plan.scans == ["messenger_conv_waiting_since", "messenger_conv_waiting"]
    assert plan.rows_read <= 2 * (found[0].waiting + found[0].unassigned), plan


def test_reads_what_is_recent(years: None) -> None:
    plan = explained(mark_stale)
    assert "Seq Scan messenger_message" not in plan.scans, plan.scans
    assert "messenger_message_time" in plan.scans, plan.scans
    assert plan.rows_read < MESSAGES / 2, plan
