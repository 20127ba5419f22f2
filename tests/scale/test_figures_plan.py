"""Each hour's look for days that changed reads the last hours, and not the years before: on twenty thousand talks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from messenger.models import CountedDay
from messenger.services.insight import days
from messenger.services.insight.facts import summarize_times
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


def test_reads_what_is_recent(years: None) -> None:
    plan = explained(mark_stale)
    assert "Seq Scan messenger_message" not in plan.scans, plan.scans
    assert "messenger_message_time" in plan.scans, plan.scans
    assert plan.rows_read < MESSAGES / 2, plan
