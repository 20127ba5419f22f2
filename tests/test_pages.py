"""Pages beside the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from messenger.models import Conversation, Inbox

pytestmark = pytest.mark.django_db


def test_home_leads_to_the_conversations(operator_client: Client) -> None:
    assert operator_client.get("/").headers["Location"] == reverse("admin:messenger_conversation_changelist")


def test_home_leads_strangers_to_the_admin(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/admin/"


def test_demo_page_holds_the_widget(client: Client, inbox: Inbox) -> None:
    response = client.get("/widget-demo/", {"token": inbox.widget_token})
    assert response.status_code == 200
    assert f'data-widget-token="{inbox.widget_token}"' in response.content.decode()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("token", ["", "unknown"])
def test_demo_page_of_no_inbox_is_not_found(client: Client, inbox: Inbox, token: str) -> None:
    assert client.get("/widget-demo/", {"token": token}).status_code == 404


def test_inactive_inbox_has_no_demo_page(client: Client, inbox: Inbox) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(is_active=False)
    assert client.get("/widget-demo/", {"token": inbox.widget_token}).status_code == 404


def test_short_addresses_lead_to_the_admin(client: Client, conversation: Conversation) -> None:
    inbox = conversation.inbox_id
    expected = {
        "/settings/messenger/": "/admin/messenger/inbox/",
        f"/settings/messenger/inboxes/{inbox}/": f"/admin/messenger/inbox/{inbox}/change/",
        "/messenger/conversations/": "/admin/messenger/conversation/",
        f"/messenger/conversations/{conversation.pk}/": f"/admin/messenger/conversation/{conversation.pk}/change/",
    }
    assert {path: client.get(path).headers["Location"] for path in expected} == expected


@pytest.mark.parametrize("path", ["/widget-demo/", "/settings/messenger/", "/messenger/conversations/"])
def test_pages_of_a_disabled_messenger_are_not_found(client: Client, settings: object, path: str) -> None:
    settings.MESSENGER_ENABLED = False  # type: ignore[attr-defined]
    assert client.get(path).status_code == 404


def test_health(client: Client) -> None:
    assert client.get("/healthz/live").json() == {"status": "ok"}
    assert client.get("/healthz/ready").json() == {"status": "ok"}


def test_nonsense_in_token_and_cookie_is_no_error(client: Client, inbox: Inbox) -> None:
    assert client.get("/widget-demo/?token=%00").status_code == 404
    client.cookies["crm_session"] = "\0aaaaaaaaaaaa"
    assert client.get("/admin/").status_code == 302
