"""Each minute's look for who left reads what is recent, and not what is old: on twenty thousand conversations."""

import pytest
from django.db import connection
from django.utils import timezone

from messenger.services.visitor_mail.missed import missed
from tests.benchmarks.data import fill
from tests.benchmarks.plans import explained

pytestmark = pytest.mark.django_db
BASE = 700_000
RECENT = 300
LARGE = ("messenger_conversation", "messenger_message", "messenger_contact")
CHANGES = (
    "UPDATE messenger_inbox SET mail_enabled = true",
    "UPDATE messenger_contact SET email = id || '@example.org'",
    "UPDATE messenger_conversation SET last_message_at = last_message_at - interval '9 days'",
    f"""UPDATE messenger_conversation SET last_message_at = now() - interval '1 hour'
    WHERE id IN (SELECT id FROM messenger_conversation ORDER BY id DESC LIMIT {RECENT})""",
)


@pytest.fixture
def years(db: None) -> None:
    """With some hundred conversations of today."""
    with connection.cursor() as cursor:
        fill(cursor, conversations=20_000, each=3, base=BASE, texts=1 << 14)
        for change in CHANGES:
            cursor.execute(change)
        for table in (*LARGE, "messenger_inbox", "messenger_visitormail"):
            cursor.execute(f"ANALYZE {table}")


def test_reads_what_is_recent(years: None) -> None:
    plan = explained(lambda: missed(timezone.now()))
    assert not [scan for scan in plan.scans if scan in {f"Seq Scan {table}" for table in LARGE}], plan.scans
    assert plan.rows_read < RECENT * 20, plan
