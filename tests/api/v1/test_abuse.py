"""A stolen token: whatever is sent with it is answered in a sentence, and reaches nothing of others."""

from typing import Any

import pytest

from crm.models import User
from messenger.models import Conversation, Inbox, Message
from messenger.services.noting import add_note
from tests.api.v1.rest import BASE, Program, program
from tests.people import open_widget, write

pytestmark = pytest.mark.django_db

QUERIES = [
    {"since": "0001-01-01T00:00:00+23:59"},
    {"since": "9999-12-31T23:59:59-23:59"},
    {"since": "2026-13-40"},
    {"cursor": "99999999999999999-999999999999999999"},
    {"cursor": "0-0"},
    {"cursor": "٣-٣"},
    {"cursor": "1-1\0"},
    {"status": "open' OR 1=1 --"},
    {"status": "\0"},
    {"inbox": "-1"},
    {"inbox": "9223372036854775808"},
    {"inbox": "1e3"},
    {"contact": "{"},
    {"limit": "0"},
    {"limit": "101"},
    {"limit": "NaN"},
    {"unassigned": "maybe"},
    {"branch": "9223372036854775807"},
]
CONTACT_QUERIES: list[dict[str, str]] = [
    {"email": "%"},
    {"email": "a\0b"},
    {"email": "İ" * 254},
    {"phone": "٣٤٥٦٧٨٩٠"},
    {"phone": "8" * 40},
    {"external_id": "\\"},
    {"cursor": "00000000-0000-0000-0000-000000000000"},
    {"cursor": "x"},
]
BODIES: list[Any] = [
    "[]",
    "null",
    "7",
    '"text"',
    "{",
    "[" * 100_000,
    '{"a":' * 5_000 + "1" + "}" * 5_000,
    '{"body": "\\ud800"}',
    '{"body": "a\\u0000b"}',
    '{"body": {"$gt": ""}}',
    '{"body": ["x"]}',
    '{"body": true}',
    '{"body": "x", "client_message_id": 1e400}',
    '{"body": "x", "client_message_id": "1"}',
    b"\xff\xfe",
]
ASSIGNMENTS = ["true", "-1", "1.5", "1e400", '"1; DROP TABLE"', "9223372036854775808", "[1]", "{}"]


def send(rest: Program, path: str, body: Any, **headers: str) -> Any:
    return rest.client.post(
        BASE + path,
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {rest.secret}", **headers},
    )


def told(response: Any) -> int:
    """The status; a refusal has a sentence."""
    if response.status_code >= 400:
        assert response.json()["detail"]
    return int(response.status_code)


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_odd_questions_about_conversations(rest: Program, query: dict[str, Any]) -> None:
    assert told(rest.get("conversations/", query)) in {200, 400}


@pytest.mark.parametrize("query", CONTACT_QUERIES, ids=lambda query: ascii(query)[:40])
def test_odd_questions_about_contacts(
    rest: Program, conversation: Conversation, query: dict[str, Any]
) -> None:
    response = rest.get("contacts/", query)
    assert told(response) in {200, 400}
    if "email" in query and response.status_code == 200:
        assert response.json()["results"] == []


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_odd_bodies_write_nothing(rest: Program, conversation: Conversation, number: int) -> None:
    response = send(rest, f"conversations/{conversation.pk}/messages/", BODIES[number])
    assert told(response) == 400
    assert Message.objects.count() == 1


@pytest.mark.parametrize("assignee", ASSIGNMENTS)
def test_odd_assignments_change_nothing(rest: Program, conversation: Conversation, assignee: str) -> None:
    response = send(rest, f"conversations/{conversation.pk}/assign/", f'{{"assignee": {assignee}}}')
    assert told(response) == 400
    conversation.refresh_from_db()
    assert conversation.assignee_id is None


@pytest.mark.parametrize("pk", ["-1", "0", "9223372036854775808", "1e3", "٣", "1%00", "1;2", "1'--"])
def test_odd_addresses_are_nobodys(rest: Program, pk: str) -> None:
    assert rest.get(f"conversations/{pk}/").status_code == 404
    assert rest.get(f"contacts/{pk}/").status_code == 404


def test_only_what_is_said_is_changed(rest: Program, conversation: Conversation) -> None:
    """Mass assignment: what else a row has is not to be had."""
    before = conversation.contact.inbox_id, conversation.contact.external_id
    more = {
        "external_id": "root",
        "inbox": 1,
        "inbox_id": 1,
        "is_blocked": True,
        "anonymized_at": "2026-01-01",
    }
    assert rest.patch(f"contacts/{conversation.contact_id}/", {"name": "New", **more}).status_code == 200
    contact = type(conversation.contact).objects.get()
    assert (contact.inbox_id, contact.external_id) == before
    assert (contact.name, contact.is_blocked, contact.anonymized_at) == ("New", False, None)
    answer = rest.write(conversation, "Hi", direction="in", sender_user_id=1, is_automatic=True, id=1)
    message = Message.objects.get(pk=answer.json()["id"])
    assert (message.direction, message.is_automatic, message.sender_user) == ("out", False, rest_user())


def rest_user() -> User:
    return User.objects.get(username="robot")


def test_keys_of_others_open_nothing(
    anna: Program, victor: Program, conversation: Conversation, moscow: Any
) -> None:
    """The same key of another user, or in another conversation, is another message."""
    stored = anna.write(conversation, "Only for Maria", key="order-1")
    assert stored.status_code == 201
    assert victor.write(conversation, "Only for Maria", key="order-1").status_code == 404
    elsewhere = write(open_widget(Inbox.objects.create(name="M", branch=moscow), moscow))
    foreign = victor.write(elsewhere, "x", client_message_id=stored.json()["client_message_id"])
    assert foreign.status_code == 201
    assert foreign.json()["id"] != stored.json()["id"]


def test_notes_are_nowhere(rest: Program, conversation: Conversation, operator: User) -> None:
    add_note(conversation_id=conversation.pk, author=operator, body="Zyxquv is moody")
    for path in ("", "messages/", "messages/?since_id=0", "messages/?before_id=9223372036854775807"):
        response = rest.get(f"conversations/{conversation.pk}/{path}")
        assert response.status_code == 200
        assert b"Zyxquv" not in response.content
    note = Message.objects.get(direction="internal")
    listed = rest.get(f"conversations/{conversation.pk}/messages/").json()["results"]
    assert note.pk not in [row["id"] for row in listed]


def test_an_inbox_of_others_is_not_there(
    administrator: User, conversation: Conversation, global_inbox: Inbox
) -> None:
    limited = program(administrator, inboxes=[global_inbox])
    pk, contact = conversation.pk, conversation.contact_id
    for path in (f"conversations/{pk}/", f"conversations/{pk}/messages/", f"contacts/{contact}/"):
        assert limited.get(path).status_code == 404
    for verb in ("resolve", "close", "reopen", "assign", "messages"):
        body = {"assignee": None, "body": "x"}
        assert limited.post(f"conversations/{pk}/{verb}/", body).status_code == 404
    assert limited.patch(f"contacts/{contact}/", {"name": "x"}).status_code == 404
    for query in ("conversations/", f"conversations/?inbox={conversation.inbox_id}", "contacts/"):
        assert limited.get(query).json()["results"] == []


def test_what_can_be_no_token_asks_no_database(rest: Program, django_assert_num_queries: Any) -> None:
    for secret in ("", "x", "msgr_", "msgr_" + "a" * 44, "msgr_" + "é" * 43, "a" * 100_000):
        with django_assert_num_queries(0):
            response = rest.client.get(BASE + "token/", headers={"Authorization": f"Bearer {secret}"})
        assert response.status_code == 401
