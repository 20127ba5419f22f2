"""Whoever has nothing to do with a conversation finds no page of it."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.test import Client

from messenger.models import Conversation
from tests.admin.people import LIST, page

GET_ROUTES = ["", "timeline/"]
POST_ROUTES = ["reply/", "read/", "take/", "resolve/", "close/", "reopen/"]
ROUTES = [("get", route) for route in GET_ROUTES] + [("post", route) for route in POST_ROUTES]


def call(client: Client, method: str, url: str) -> Any:
    return getattr(client, method)(url, {"body": "Hello"} if method == "post" else {})


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_conversation_of_another_branch_is_not_found(
    outsider_client: Client, conversation: Conversation, method: str, route: str
) -> None:
    assert call(outsider_client, method, page(conversation, route)).status_code == 404
    conversation.refresh_from_db()
    assert conversation.status == "open"
    assert conversation.assignee is None
    assert conversation.messages.count() == 1


@pytest.mark.parametrize("url", [f"{LIST}?box=all", f"{LIST}?box=unassigned", f"{LIST}?q=Maria"])
def test_conversation_of_another_branch_is_not_listed(
    outsider_client: Client, conversation: Conversation, url: str
) -> None:
    assert outsider_client.get(url).context["cl"].rows == []


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_anonymous_is_led_to_the_log_in(
    client: Client, conversation: Conversation, method: str, route: str
) -> None:
    response = call(client, method, page(conversation, route))
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_without_permission_it_is_forbidden(
    operator_client: Client, conversation: Conversation, method: str, route: str
) -> None:
    Group.objects.get(name="Messenger operators").permissions.clear()
    assert call(operator_client, method, page(conversation, route)).status_code == 403
    assert operator_client.get(LIST).status_code == 403


@pytest.mark.parametrize("route", POST_ROUTES)
def test_who_may_only_look_changes_nothing(
    operator_client: Client, conversation: Conversation, route: str
) -> None:
    group = Group.objects.get(name="Messenger operators")
    group.permissions.remove(group.permissions.get(codename="change_conversation"))
    assert call(operator_client, "post", page(conversation, route)).status_code == 403
    shown = operator_client.get(page(conversation)).content.decode()
    assert "msgr-composer" not in shown
    assert "data-msgr-action" not in shown


@pytest.mark.parametrize("route", POST_ROUTES)
def test_changes_need_a_post(operator_client: Client, conversation: Conversation, route: str) -> None:
    assert operator_client.get(page(conversation, route)).status_code == 405


@pytest.mark.parametrize("route", GET_ROUTES)
def test_pages_take_no_post(operator_client: Client, conversation: Conversation, route: str) -> None:
    assert operator_client.post(page(conversation, route), {"status": "closed"}).status_code == 405


@pytest.mark.parametrize("route", POST_ROUTES)
def test_foreign_sites_can_change_nothing(operator: Any, conversation: Conversation, route: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    assert client.post(page(conversation, route), {"body": "Hello"}).status_code == 403
    assert conversation.messages.count() == 1


@pytest.mark.parametrize("path", ["add/", "1/delete/"])
def test_nobody_adds_or_deletes_conversations(
    administrator_client: Client, conversation: Conversation, path: str
) -> None:
    url = LIST + path.replace("1", str(conversation.pk))
    assert administrator_client.get(url).status_code == 403
    assert administrator_client.post(url, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("object_id", ["0", "999999", "abc", "1%0A", "²", "9" * 40])
def test_ids_that_are_none_are_not_found(operator_client: Client, db: None, object_id: str) -> None:
    assert operator_client.get(f"{LIST}{object_id}/change/").status_code == 404


@pytest.mark.parametrize("url", ["", "1/change/", "1/change/timeline/"])
def test_nothing_is_there_while_the_messenger_is_off(
    administrator_client: Client, conversation: Conversation, settings: LazySettings, url: str
) -> None:
    settings.MESSENGER_ENABLED = False
    url = LIST + url.replace("1", str(conversation.pk))
    assert administrator_client.get(url).status_code == 404
    index = administrator_client.get("/admin/")
    assert index.status_code == 200
    assert b"/admin/messenger/" not in index.content


def test_assignee_of_another_branch_keeps_the_conversation(
    outsider: Any, outsider_client: Client, conversation: Conversation
) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(
        assignee=outsider, assignee_assigned_at="2026-01-01T00:00Z"
    )
    assert outsider_client.get(page(conversation)).status_code == 200
