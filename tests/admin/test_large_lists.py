"""Lists of tables that grow for years are never counted whole, however long they are."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm import audit, large_list
from crm.models import AuditEntry, User
from messenger.models import Conversation, WebhookDelivery
from tests.admin.test_visitor_mail_log import mail_to

pytestmark = pytest.mark.django_db
GROWING = {
    "messenger/webhookdelivery": "messenger_webhookdelivery",
    "messenger/visitormail": "messenger_visitormail",
    "messenger/contact": "messenger_contact",
    "crm/auditentry": "crm_auditentry",
}
FILTERED = {
    "messenger/webhookdelivery": {"state__exact": "waiting"},
    "messenger/visitormail": {"state__exact": "sent"},
    "crm/auditentry": {"action": "changed"},
}
COUNTING = re.compile(r"COUNT\(|SELECT DISTINCT", re.IGNORECASE)


@pytest.fixture
def rows(conversation: Conversation, operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of each, where two are the most that is counted."""
    monkeypatch.setattr(large_list, "MOST_COUNTED", 2)
    for _ in range(3):
        mail_to(conversation, operator)
        audit.record(None, "changed", target=conversation.inbox)
        WebhookDelivery.objects.create(
            inbox=conversation.inbox,
            conversation=conversation,
            event="conversation.closed",
            conversation_status="closed",
            conversation_branch=conversation.branch_id,
        )


def statements_of(client: Client, path: str, query: dict[str, str]) -> tuple[Any, list[str]]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(f"/admin/{path}/", query, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return response, [one["sql"] for one in captured]


@pytest.mark.parametrize("path", GROWING)
def test_no_statement_counts_all(administrator_client: Client, rows: None, path: str) -> None:
    for query in ({}, FILTERED.get(path, {}), {"q": "1"}):
        _response, statements = statements_of(administrator_client, path, query)
        counting = [sql for sql in statements if GROWING[path] in sql and COUNTING.search(sql)]
        assert [sql for sql in counting if not re.search(r"LIMIT 3\b", sql)] == []
        assert all("messenger_message" not in sql for sql in counting), "of keys alone"


@pytest.mark.parametrize("path", FILTERED)
def test_it_says_that_there_are_more(administrator_client: Client, rows: None, path: str) -> None:
    response, _statements = statements_of(administrator_client, path, {})
    page = response.content.decode()
    assert "more than 2: the newest are shown" in page
    assert "2 results" not in page


@pytest.mark.parametrize("path", FILTERED)
def test_it_says_how_many_where_it_knows(
    administrator_client: Client, rows: None, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(large_list, "MOST_COUNTED", 100)
    response, _statements = statements_of(administrator_client, path, FILTERED[path])
    assert response.context["cl"].result_count == 3
    assert "more than" not in response.content.decode()


def test_the_audit_s_filters_offer_what_occurs(
    administrator_client: Client, administrator: User, operator: User, rows: None
) -> None:
    audit.record(None, "added", target=operator, actor=administrator)
    specs = {
        spec.title: spec
        for spec in administrator_client.get("/admin/crm/auditentry/").context["cl"].filter_specs
    }
    kinds = [
        spec.lookup_choices for spec in specs.values() if getattr(spec, "parameter_name", "") == "target"
    ]
    assert [key for key, _words in kinds[0]] == sorted(
        {*AuditEntry.objects.values_list("target", flat=True)} - {""}
    )
    [actors] = [spec.lookup_choices for spec in specs.values() if getattr(spec, "field_path", "") == "actor"]
    assert [pk for pk, _name in actors] == [administrator.pk]
