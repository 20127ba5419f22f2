"""What no page of ours sends: it is refused, and is no error of ours."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from crm.models import AuditEntry
from messenger.models import Conversation, Inbox
from tests.admin.people import LIST, PART, page
from tests.admin.test_inbox_keys import renewing

pytestmark = pytest.mark.django_db

NUL = "a\0b"
FILTERS = [
    ("/admin/crm/auditentry/", "action"),
    ("/admin/crm/auditentry/", "target"),
    ("/admin/crm/user/", "role__exact"),
    ("/admin/django_q/success/", "group__exact"),
    (LIST, "status"),
    (LIST, "q"),
    ("/admin/messenger/contact/", "q"),
]
# Longer than Python turns into a number, and larger than the database has.
NUMBERS = ["9" * 4500, "9" * 30]


def quiet(client: Client) -> Client:
    """Answers as a server does, with 500 in place of an error."""
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize(("url", "name"), FILTERS)
def test_a_filter_by_nul(admin_client: Client, url: str, name: str) -> None:
    answer = quiet(admin_client).get(url, {name: NUL}, follow=True)
    assert answer.status_code < 500
    assert quiet(admin_client).get(url, {name: NUL}, headers=PART).status_code < 500


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("route", ["", "timeline/", "take/"])
def test_a_conversation_beyond_all_numbers(
    operator_client: Client, db: None, number: str, route: str
) -> None:
    for method in ("get", "post"):
        answer = getattr(quiet(operator_client), method)(f"{LIST}{number}/change/{route}")
        # What is no address is led to the change page, which isn't there either.
        assert answer.status_code in {302, 404, 405}


BODIES: list[tuple[str, dict[str, Any]]] = [
    ("reply/", {"body": NUL}),
    ("reply/", {"body": NUL, "kind": "note"}),
    ("reply/", {"body": "Hi", "client_message_id": NUL}),
    ("contact/", {"name": NUL, "seen_name": "Maria"}),
    ("contact/", {"phone": "9" * 5000}),
    ("block/", {"reason": NUL}),
    ("assign/", {"operator": NUL, "had_by": "9" * 30}),
    ("transfer/", {"branch": NUL, "operator": "9" * 4500, "reason": NUL}),
    ("label/", {"label": "9" * 30}),
    ("looking/", {"tab": NUL}),
    ("resolve/", {"since_id": "9" * 30}),
]


@pytest.mark.parametrize(("route", "body"), BODIES)
def test_what_is_posted_to_a_conversation(
    operator_client: Client, conversation: Conversation, route: str, body: dict[str, Any]
) -> None:
    for headers in ({}, PART):
        answer = quiet(operator_client).post(page(conversation, route), body, headers=headers)
        assert answer.status_code < 500
    assert not conversation.messages.filter(direction="out").exists()


# --- What the audit tells -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["token", "secret"])
def test_a_new_key_is_on_record(administrator_client: Client, inbox: Inbox, key: str) -> None:
    """It takes the chat off every site of the customer: who did it stands where nobody takes it away."""
    administrator_client.post(renewing(inbox, key))
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id, entry.actor_name) == ("changed", str(inbox.pk), "Alice")
    inbox.refresh_from_db()
    told = str(entry.details)
    assert inbox.widget_token not in told
    assert inbox.identity_secret not in told


def export(client: Client, query: dict[str, str], **body: str) -> Any:
    url = f"{LIST}export/?{urlencode(query)}"
    return quiet(client).post(url, {"format": "0", "sheet_id": "on", "resource": "", **body})


@pytest.mark.parametrize("query", [{"x": NUL}, {NUL: "x"}, {"x": "y" * 100_000}])
def test_what_an_export_was_asked_by_is_recorded_in_short(
    admin_client: Client, conversation: Conversation, query: dict[str, str]
) -> None:
    for sheet in ("conversations", "messages"):
        assert export(admin_client, {**query, "sheet": sheet}, notes=NUL * 50).status_code == 200
    for entry in AuditEntry.objects.filter(action="exported"):
        assert len(str(entry.details)) < 2000
    assert AuditEntry.objects.filter(action="exported", details__options={"notes": "on"}).count() == 1
