"""Contacts over REST: found, looked at, and corrected as an operator would."""

import uuid
from typing import Any

import pytest

from crm.models import Region
from messenger.models import Contact, Conversation, Inbox
from messenger.services.privacy.anonymize import anonymize
from tests.api.v1.rest import Program, code, ids
from tests.people import events_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(inbox: Inbox, global_inbox: Inbox, conversation: Conversation) -> list[Contact]:
    """Maria, and four more; in the order of their ids."""
    Contact.objects.filter(pk=conversation.contact_id).update(
        email="Maria@Shop.example", phone="+7 912 345-67-89"
    )
    others = [Contact.objects.create(inbox=global_inbox, name=f"Guest {n}") for n in range(4)]
    return sorted([conversation.contact, *others], key=lambda contact: contact.pk)


def test_all_that_is_known_of_one(rest: Program, conversation: Conversation, perm: Region) -> None:
    Contact.objects.update(external_id="42", region=perm, claimed_external_id="43")
    row = rest.get(f"contacts/{conversation.contact_id}/").json()
    [same] = rest.get("contacts/").json()["results"]
    assert row == same
    assert (row["name"], row["external_id"], row["region"]) == ("Maria", "42", "Perm")
    assert (row["is_blocked"], row["anonymized_at"]) == (False, None)


def test_pages_end_where_the_next_ones_begin(rest: Program, crowd: list[Contact]) -> None:
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    for rows in (2, 2, 1):
        page = rest.get("contacts/", query)
        assert len(ids(page)) == rows
        seen += ids(page)
        query["cursor"] = page.json()["next_cursor"]
    assert (seen, query["cursor"]) == ([str(contact.pk) for contact in crowd], None)


@pytest.mark.parametrize(
    "query",
    [
        {"email": "maria@shop.example"},
        {"email": "MARIA@SHOP.EXAMPLE"},
        {"phone": "8 (912) 345-67-89"},
        {"external_id": "42"},
    ],
)
def test_found_by_what_a_crm_knows(rest: Program, crowd: list[Contact], query: dict[str, str]) -> None:
    Contact.objects.filter(name="Maria").update(external_id="42")
    maria = Contact.objects.get(name="Maria")
    assert ids(rest.get("contacts/", query)) == [str(maria.pk)]


@pytest.mark.parametrize(
    "query", [{"email": "maria"}, {"email": "%"}, {"phone": "345-67-89"}, {"phone": "x"}]
)
def test_a_part_finds_nobody(rest: Program, crowd: list[Contact], query: dict[str, str]) -> None:
    assert ids(rest.get("contacts/", query)) == []


def test_of_one_inbox(rest: Program, crowd: list[Contact], inbox: Inbox) -> None:
    assert len(ids(rest.get("contacts/", {"inbox": inbox.pk}))) == 1


def test_operators_find_those_of_their_conversations(
    anna: Program, victor: Program, crowd: list[Contact]
) -> None:
    assert [row["name"] for row in anna.get("contacts/").json()["results"]] == ["Maria"]
    assert ids(victor.get("contacts/")) == []


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"email": "\x00"}, {"inbox": "all"}, {"external_id": "x" * 191}]
)
def test_what_can_not_be_asked(rest: Program, query: dict[str, Any]) -> None:
    assert code(rest.get("contacts/", query)) == (400, "invalid")


@pytest.mark.parametrize("pk", ["x", "1", "00000000-0000-0000-0000-00000000000g"])
def test_no_such_contact(rest: Program, pk: str) -> None:
    assert code(rest.get(f"contacts/{pk}/")) == (404, "not_found")
    assert code(rest.get(f"contacts/{uuid.uuid4()}/")) == (404, "not_found")


def test_as_many_queries_for_many_as_for_one(
    rest: Program, crowd: list[Contact], django_assert_num_queries: Any
) -> None:
    rest.get("token/")
    # Token, permissions of user and group, contacts with their regions.
    for limit in (1, 100):
        with django_assert_num_queries(4):
            rest.get("contacts/", {"limit": limit})


# --- Corrected ---------------------------------------------------------------------------------------------


def test_corrected_and_told_in_the_timeline(rest: Program, conversation: Conversation) -> None:
    path = f"contacts/{conversation.contact_id}/"
    response = rest.patch(path, {"name": "Maria  Petrova", "email": "maria@shop.example"})
    assert response.status_code == 200
    assert (response.json()["name"], response.json()["email"]) == ("Maria Petrova", "maria@shop.example")
    assert rest.patch(path, {}).json() == response.json()
    assert rest.patch(path, {"email": ""}).json()["email"] == ""
    assert events_of(conversation) == ["contact_changed"] * 2
    event = conversation.events.first()
    assert event is not None
    assert event.data == {"fields": ["email", "name"]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"name": None}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"phone": "\x00"}, "phone"),
        ({"name": ["x"]}, "name"),
    ],
)
def test_what_can_not_be_stored(rest: Program, conversation: Conversation, body: Any, field: str) -> None:
    response = rest.patch(f"contacts/{conversation.contact_id}/", body)
    assert code(response) == (400, "invalid")
    assert list(response.json()["fields"]) == [field]
    assert events_of(conversation) == []


def test_what_only_the_system_knows_is_not_changed(rest: Program, conversation: Conversation) -> None:
    rest.patch(f"contacts/{conversation.contact_id}/", {"external_id": "42", "is_blocked": True})
    contact = Contact.objects.get(pk=conversation.contact_id)
    assert (contact.external_id, contact.is_blocked) == ("", False)


def test_whoever_was_made_anonymous_stays_so(rest: Program, conversation: Conversation) -> None:
    anonymize(conversation.contact_id)
    path = f"contacts/{conversation.contact_id}/"
    row = rest.get(path).json()
    assert (row["name"], bool(row["anonymized_at"])) == ("", True)
    assert code(rest.patch(path, {"name": "Maria"})) == (409, "anonymized")
