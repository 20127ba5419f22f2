"""What the pump asks several times a second reads what is due, however much was sent and however much is stuck."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from crm.models import Branch
from messenger.admin.inbox_webhook import webhook_context
from messenger.models import Contact, Inbox, WebhookDelivery
from messenger.services.webhooks import claims
from tests.benchmarks.plans import explained

# Without it a run of these tests alone makes no database.
pytestmark = pytest.mark.django_db
DELIVERED, STUCK, EACH = 40_000, 10_000, 10
_CONVERSATIONS = """
INSERT INTO messenger_conversation (inbox_id, branch_id, contact_id, status, closed_at, unread_count,
    operator_read_up_to, page_url, referrer, locale, meta, rating_comment, created_at)
SELECT %(inbox)s, %(branch)s, %(contact)s, 'closed', now(), 0, 0, '', '', '', '{}', '', now()
FROM generate_series(1, %(count)s / %(each)s) RETURNING id
"""
_DELIVERIES = """
INSERT INTO messenger_webhookdelivery (inbox_id, conversation_id, event, conversation_status, conversation_branch,
    state, due_at, finished_at)
SELECT %(inbox)s, %(first)s + i / %(each)s, 'conversation.closed', 'closed', %(branch)s, %(state)s,
    now() + (random() - 0.1) * interval '20 hours', CASE WHEN %(state)s <> 'waiting' THEN now() END
FROM generate_series(0, %(count)s - 1) i
"""


@pytest.fixture(scope="module")
def inboxes(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[Inbox]]:
    """One to whom all is delivered, one that hears nothing more, and one that is off; rolled back in the end."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            branch = Branch.objects.create(name="Full")
            yield [
                fill("Alive", branch, DELIVERED, "delivered"),
                fill("Dead", branch, STUCK, "waiting"),
                fill("Off", branch, STUCK, "waiting", webhook_enabled=False),
            ]
            transaction.set_rollback(True)
        # Tests without a database come next to it, and expect none to be open.
        connection.close()


def fill(name: str, branch: Branch, count: int, state: str, webhook_enabled: bool = True) -> Inbox:
    hooked = {"webhook_enabled": webhook_enabled, "webhook_url": "https://example.com/"}
    inbox = Inbox.objects.create(name=name, branch=branch, **hooked)
    values: dict[str, Any] = {
        "inbox": inbox.pk,
        "branch": branch.pk,
        "count": count,
        "each": EACH,
        "state": state,
    }
    values["contact"] = Contact.objects.create(inbox=inbox).pk
    with connection.cursor() as cursor:
        cursor.execute(_CONVERSATIONS, values)
        cursor.execute(_DELIVERIES, values | {"first": cursor.fetchall()[0][0]})
        cursor.execute("ANALYZE messenger_webhookdelivery")
    return inbox


def test_each_look_reads_what_is_due(inboxes: list[Inbox]) -> None:
    stuck = WebhookDelivery.objects.filter(state="waiting").order_by("due_at")[0]
    looks: dict[Callable[[], Any], int] = {
        claims.next_due: 100,
        lambda: claims.claim({}): 500,
        lambda: claims.call_back(stuck.conversation_id): 100,
        lambda: webhook_context(inboxes[0]): 100,
    }
    for look, most in looks.items():
        assert explained(look).rows_read <= most


def test_a_look_is_a_few_statements(inboxes: list[Inbox], django_assert_max_num_queries: Any) -> None:
    """Not one for each that stands behind another one."""
    with django_assert_max_num_queries(5):
        claims.claim({})
