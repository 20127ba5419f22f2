"""The first page of a log, its filters and its search read a page's worth, however long the log is."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from crm.large_list import MOST_COUNTED
from crm.models import User
from tests.benchmarks.data import fill
from tests.benchmarks.plans import Plan, explained
from tests.conftest import make_user

pytestmark = pytest.mark.django_db
CONVERSATIONS, EACH = 4_000, 10
ROWS = CONVERSATIONS * EACH
BASE = 900_000
# Counted once, and shown a page of it; beside it the planner may rather read the whole of a table as small as here.
SMALL = 2 * CONVERSATIONS + 1_000
MOST_READ = MOST_COUNTED + SMALL

_MAILS = f"""
INSERT INTO messenger_visitormail (conversation_id, from_message_id, up_to_message_id, state, created_at, finished_at)
SELECT id, n, n, 'sent', now(), now() FROM messenger_conversation, generate_series(1, {EACH}) n ORDER BY n, id
"""
_DELIVERIES = f"""
INSERT INTO messenger_webhookdelivery (inbox_id, conversation_id, event, conversation_status, conversation_branch,
    state, due_at, finished_at)
SELECT inbox_id, id, 'conversation.closed', 'closed', branch_id, 'delivered', now(), now()
FROM messenger_conversation, generate_series(1, {EACH}) n ORDER BY n, id
"""
_AUDIT = f"""
INSERT INTO crm_auditentry (at, actor_id, actor_name, action, target, target_id, target_name, details)
SELECT now(), %s, 'Root', 'changed', 'messenger.inbox', '1', 'Shop', '{{}}' FROM generate_series(1, {ROWS})
"""
EMAIL = "one@tagil.example"


@pytest.fixture(scope="module")
def administrator_id(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """Full logs, and who may read them; rolled back in the end."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            user = make_user("root-of-logs", None, role=User.Role.ADMINISTRATOR, is_superuser=True)
            with connection.cursor() as cursor:
                fill(cursor, conversations=CONVERSATIONS, each=1, base=BASE, texts=1 << 10)
                cursor.execute(_MAILS)
                cursor.execute(_DELIVERIES)
                cursor.execute(_AUDIT, [user.pk])
                cursor.execute(
                    "UPDATE messenger_contact SET email = %s WHERE id = (SELECT min(id::text)::uuid"
                    " FROM messenger_contact)",
                    [EMAIL],
                )
                for table in ("messenger_visitormail", "messenger_webhookdelivery", "crm_auditentry"):
                    cursor.execute(f"ANALYZE {table}")
                cursor.execute("ANALYZE messenger_contact, messenger_conversation, messenger_message")
                # Other modules fill these, and what was counted then outlives their end: plans would go by it.
                cursor.execute("ANALYZE crm_user, crm_branch, messenger_inbox, messenger_agentprofile")
            yield user.pk
            transaction.set_rollback(True)
        # Tests without a database come next to it, and expect none to be open.
        connection.close()


def read_by(administrator_id: int, path: str, query: dict[str, Any], rows: int) -> Plan:
    client = Client()
    client.force_login(User.objects.get(pk=administrator_id))
    client.get(f"/admin/{path}/", query)
    shown: list[int] = []

    def look() -> None:
        response: Any = client.get(f"/admin/{path}/", query)
        shown.append(len(response.context["cl"].result_list))

    plan = explained(look)
    assert shown == [rows]
    return plan


@pytest.mark.parametrize("path", ["messenger/visitormail", "messenger/webhookdelivery", "crm/auditentry"])
def test_the_first_page(administrator_id: int, path: str) -> None:
    assert read_by(administrator_id, path, {}, 50).rows_read < MOST_READ


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("messenger/visitormail", {"state__exact": "sent"}),
        ("messenger/visitormail", {"state__exact": "waiting"}),
        ("messenger/webhookdelivery", {"event__exact": "conversation.closed"}),
        ("crm/auditentry", {"target": "messenger.inbox"}),
        ("crm/auditentry", {"target": "messenger.label"}),
    ],
)
def test_filters(administrator_id: int, path: str, query: dict[str, str]) -> None:
    rows = 0 if {"waiting", "messenger.label"} & {*query.values()} else 50
    assert read_by(administrator_id, path, query, rows).rows_read < MOST_READ


def test_the_last_page_that_is_shown(administrator_id: int) -> None:
    last = MOST_COUNTED // 50
    assert read_by(administrator_id, "messenger/visitormail", {"p": last}, 50).rows_read < 3 * MOST_READ


def test_search(administrator_id: int) -> None:
    plan = read_by(administrator_id, "messenger/visitormail", {"q": EMAIL.upper()}, EACH)
    assert plan.rows_read < SMALL, plan
    number = str(BASE + 1)
    plan = read_by(administrator_id, "messenger/webhookdelivery", {"q": number}, EACH)
    assert plan.rows_read < SMALL, plan
