"""An inbox's page: its tabs, its preview, and the buttons that try it."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from crm.models import User
from messenger.lib import clock
from messenger.models import Contact, Conversation, Inbox, WorkingHours
from tests.admin.test_inboxes import ADD, change, values

PREVIEW = "/admin/messenger/inbox/preview/"
# A Wednesday, 12:00 in Moscow.
NOON = datetime(2026, 7, 29, 9, tzinfo=UTC)


def chosen_tab(shown: str) -> str:
    """The one tab that is open: the others are closed and out of the Tab key's way."""
    tabs = re.findall(r'id="msgr-tab-(\w+)".*?aria-selected="(\w+)"\s+tabindex="(-?\d)"', shown, re.DOTALL)
    assert all((tabindex == "0") == (selected == "true") for _name, selected, tabindex in tabs)
    (chosen,) = [str(name) for name, selected, _tabindex in tabs if selected == "true"]
    return chosen


def answer_of(client: Client, inbox: Inbox, route: str, **said: str) -> dict[str, object]:
    url = reverse(f"admin:messenger_inbox_{route}", args=[inbox.pk])
    response = client.post(url, said) if said else client.get(url)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    found: dict[str, object] = response.json()
    return found


def test_all_settings_are_in_tabs(administrator_client: Client, inbox: Inbox) -> None:
    shown = administrator_client.get(change(inbox)).content.decode()
    assert chosen_tab(shown) == "widget"
    names = re.findall(r'id="msgr-panel-(\w+)"\s+role="tabpanel"', shown)
    assert names == [
        "widget", "form", "hours", "offline", "files", "rating", "automation", "integrations", "privacy", "security"
    ]  # fmt: skip
    for name in ("working_hours-TOTAL_FORMS", "holidays-TOTAL_FORMS", "greeting", "allowed_origins"):
        assert shown.count(f'name="{name}"') == 1


@pytest.mark.parametrize(
    ("wrong", "tab"),
    [
        ({"allowed_origins": "https://shop.example.com/path"}, "security"),
        ({"max_file_size_mb": "-1"}, "files"),
        ({"color": "red", "allowed_origins": "*"}, "widget"),
        ({"consent_required": "on"}, "privacy"),
        ({"working_hours_enabled": "on"}, "hours"),
        ({"name": ""}, "widget"),
    ],
)
def test_the_tab_with_the_error_is_open_and_marked(
    administrator_client: Client, inbox: Inbox, wrong: dict[str, str], tab: str
) -> None:
    shown = administrator_client.post(change(inbox), values(**wrong)).content.decode()
    assert chosen_tab(shown) == tab
    marked = re.findall(r'href="#(\w+)"[^>]*data-msgr-errors', shown)
    assert marked == ([tab, "security"] if "color" in wrong else [tab] if "name" not in wrong else [])


def test_a_new_inbox_tells_what_is_chosen_once(administrator_client: Client, db: None) -> None:
    shown = administrator_client.get(ADD).content.decode()
    assert "The branch can&#x27;t be changed later" in shown or "The branch can't be changed later" in shown
    assert "as soon as the inbox is saved" in shown
    assert "msgr-renew-token" not in shown


def test_the_preview_is_a_page_of_ours_without_an_inbox(administrator_client: Client, inbox: Inbox) -> None:
    response = administrator_client.get(PREVIEW, {"locale": "en"})
    shown = response.content.decode()
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert '<html lang="en">' in shown
    assert inbox.widget_token not in shown
    assert '<html lang="ru">' in administrator_client.get(PREVIEW, {"locale": '"><script>'}).content.decode()


def test_the_preview_is_not_for_operators(operator_client: Client, db: None) -> None:
    assert operator_client.get(PREVIEW).status_code == 403
    assert Client().get(PREVIEW)["Location"].startswith("/admin/login/")


def test_hours_are_checked_by_the_inboxs_clock(administrator_client: Client, inbox: Inbox) -> None:
    Inbox.objects.update(working_hours_enabled=True, time_zone="Asia/Yekaterinburg")
    WorkingHours.objects.create(inbox=inbox, weekday=3)
    with clock.at(NOON):
        told = str(answer_of(administrator_client, inbox, "hours_now")["told"])
    assert told.startswith("In Asia/Yekaterinburg it is Wednesday, 14:00.")
    assert "It is open now." in told


def test_a_proof_is_made_and_compared(administrator_client: Client, inbox: Inbox) -> None:
    right = inbox.identity_hash("42")
    assert answer_of(administrator_client, inbox, "proof", id="42") == {"hash": right}
    assert answer_of(administrator_client, inbox, "proof", id="42", hash=right)["matches"] is True
    assert answer_of(administrator_client, inbox, "proof", id="42", hash="f00")["matches"] is False
    url = reverse("admin:messenger_inbox_proof", args=[inbox.pk])
    assert administrator_client.post(url, {"id": ""}).status_code == 400
    assert administrator_client.post(url, {"id": "x" * 191}).status_code == 400
    assert administrator_client.get(url, {"id": "42"}).status_code == 405


def test_proofs_are_for_administrators(operator_client: Client, operator: User, inbox: Inbox) -> None:
    url = reverse("admin:messenger_inbox_proof", args=[inbox.pk])
    assert operator_client.post(url, {"id": "42"}).status_code == 403
    operator.user_permissions.add(Permission.objects.get(codename="change_inbox"))
    assert operator_client.post(url, {"id": "42"}).status_code == 403
    shown = operator_client.get(change(inbox)).content.decode()
    assert url not in shown


def test_it_says_where_the_widget_was_opened_last(administrator_client: Client, inbox: Inbox) -> None:
    assert "Nobody has opened the widget" in administrator_client.get(change(inbox)).content.decode()
    Conversation.objects.create(
        inbox=inbox,
        branch_id=inbox.branch_id or 0,
        contact=Contact.objects.create(inbox=inbox),
        page_url="https://shop.example.com/<cart>",
    )
    shown = administrator_client.get(change(inbox)).content.decode()
    assert "opened it on https://shop.example.com/&lt;cart&gt; (" in shown


def test_an_inbox_that_is_off_has_no_demo_page(administrator_client: Client, inbox: Inbox) -> None:
    Inbox.objects.update(is_active=False)
    shown = administrator_client.get(change(inbox)).content.decode()
    assert "/widget-demo/" not in shown
    assert "The inbox is switched off" in shown
