"""Saved filters: an operator's own, checked when they are saved and judged anew when they are opened."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from crm.models import User
from messenger.admin import saved_filters
from messenger.models import Conversation, SavedFilter
from tests.admin.people import LIST
from tests.admin.transfers import message_of

SAVE = f"{LIST}filters/"


def save(client: Client, name: str = "Late", query: str = "box=all&status=open") -> str:
    """Where it leads."""
    response = client.post(SAVE, {"name": name, "query": query})
    assert response.status_code == 302
    return str(response["Location"])


def own(saved: SavedFilter) -> str:
    return reverse("admin:messenger_conversation_saved_filter", args=[saved.pk])


@pytest.fixture
def late(operator: User) -> SavedFilter:
    return SavedFilter.objects.create(user=operator, name="Late", query="box=all&status=open")


def test_saved_and_shown(operator_client: Client, operator: User, conversation: Conversation) -> None:
    assert (
        save(operator_client, "  Late   ones ", "box=mine&status=open&q=sofa")
        == f"{LIST}?box=mine&q=sofa&status=open"
    )
    saved = SavedFilter.objects.get()
    assert (saved.user, saved.name, saved.query) == (operator, "Late ones", "box=mine&q=sofa&status=open")
    assert message_of(operator_client) == "Saved as “Late ones”."
    shown = operator_client.get(LIST).content.decode()
    assert 'href="?box=mine&amp;q=sofa&amp;status=open"' in shown


def test_only_what_is_known_is_kept(operator_client: Client, operator: User) -> None:
    save(
        operator_client,
        query="?status=open&label=999&before=1-1&o=1&secret=1&box=nonsense&operator=none&next=//evil.example",
    )
    assert SavedFilter.objects.get().query == "box=all&status=open&operator=none"


def test_what_was_tampered_with_is_judged_when_it_is_opened(
    operator_client: Client, late: SavedFilter, conversation: Conversation
) -> None:
    SavedFilter.objects.update(query="status=open&label=999&secret=1&o=2&q=<script>")
    shown = operator_client.get(LIST).content.decode()
    assert "secret" not in shown
    assert "?q=%3Cscript%3E&amp;status=open&amp;label=999" in shown
    assert operator_client.get(f"{LIST}?status=open&label=999").status_code == 200


@pytest.mark.parametrize("query", ["", "box=mine", "status=x", "secret=1", "q=%00", "before=1-1"])
def test_nothing_is_not_saved(operator_client: Client, db: None, query: str) -> None:
    save(operator_client, query=query)
    assert message_of(operator_client) == "Choose a filter or search for something first."
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\0b"])
def test_names_that_are_none(operator_client: Client, late: SavedFilter, name: str) -> None:
    save(operator_client, name)
    operator_client.post(own(late), {"do": "rename", "name": name})
    assert message_of(operator_client)
    assert list(SavedFilter.objects.values_list("name", flat=True)) == ["Late"]


def test_a_name_once(operator_client: Client, late: SavedFilter) -> None:
    save(operator_client, "Late", "box=all&status=closed")
    assert message_of(operator_client) == "You have a filter of this name already."
    assert SavedFilter.objects.get().query == late.query


def test_so_many_and_no_more(
    operator_client: Client, late: SavedFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_filters, "MOST", 1)
    save(operator_client, "Another")
    assert message_of(operator_client) == "You have 1 filters already. Delete one first."


def test_renamed_and_deleted(operator_client: Client, late: SavedFilter) -> None:
    response = operator_client.post(
        own(late), {"do": "rename", "name": "Later", "back": "box=closed&status=closed"}
    )
    assert response["Location"] == f"{LIST}?box=closed&status=closed"
    late.refresh_from_db()
    assert late.name == "Later"
    operator_client.post(own(late), {"do": "delete", "back": "//evil.example/?"})
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("do", ["rename", "delete"])
def test_only_ones_own(
    outsider_client: Client,
    administrator_client: Client,
    late: SavedFilter,
    conversation: Conversation,
    do: str,
) -> None:
    for client in (outsider_client, administrator_client):
        assert client.post(own(late), {"do": do, "name": "Mine now"}).status_code == 404
        assert "Late" not in client.get(LIST).content.decode()
    late.refresh_from_db()
    assert late.name == "Late"


def test_by_post_with_a_token(operator: User, operator_client: Client, late: SavedFilter) -> None:
    for url in (SAVE, own(late)):
        assert operator_client.get(url).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    assert strict.post(own(late), {"do": "delete"}).status_code == 403
    assert SavedFilter.objects.exists()


def test_who_sees_no_conversations_saves_nothing(operator_client: Client, late: SavedFilter) -> None:
    Group.objects.get(name="Messenger operators").permissions.clear()
    assert operator_client.post(SAVE, {"name": "x", "query": "status=open"}).status_code == 403
    assert operator_client.post(own(late), {"do": "delete"}).status_code == 403
