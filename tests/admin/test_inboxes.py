"""Inboxes: chosen once, embedded by code, open to the origins on their list."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from crm.models import Branch, User
from messenger.models import Inbox

ADD = "/admin/messenger/inbox/add/"


def values(**more: Any) -> dict[str, Any]:
    return {
        "name": "Shop",
        "branch": "",
        "is_active": "on",
        "title": "",
        "greeting": "",
        "color": "#2563eb",
        "position": "right",
        "allowed_origins": "",
        "rating_type": "stars",
        "privacy_text": "",
        "privacy_url": "",
        "time_zone": "Europe/Moscow",
        "prechat_name": "off",
        "prechat_email": "off",
        "prechat_phone": "off",
        "attachments_enabled": "on",
        "max_file_size_mb": "10",
        "allowed_content_types": ["image/png", "application/pdf"],
        "working_hours-TOTAL_FORMS": "0",
        "working_hours-INITIAL_FORMS": "0",
        "holidays-TOTAL_FORMS": "0",
        "holidays-INITIAL_FORMS": "0",
    } | more


def change(inbox: Inbox) -> str:
    return reverse("admin:messenger_inbox_change", args=[inbox.pk])


def test_an_inbox_is_made(administrator_client: Client, yekaterinburg: Branch) -> None:
    origins = " https://Shop.example.com/ \n\nhttps://shop.example.com\nhttp://localhost:8080\n"
    response = administrator_client.post(ADD, values(branch=yekaterinburg.pk, allowed_origins=origins))
    assert response.status_code == 302
    inbox = Inbox.objects.get()
    assert inbox.branch == yekaterinburg
    assert inbox.allowed_origins == ["https://shop.example.com", "http://localhost:8080"]
    assert len(inbox.widget_token) >= 43


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("allowed_origins", "https://shop.example.com/path", "https://shop.example.com/path"),
        ("allowed_origins", "shop.example.com", "Not an origin"),
        ("allowed_origins", "https://a.example\n*", "Not an origin: *"),
        ("allowed_origins", "https://a.example:99999", "Not an origin"),
        ("color", "red", "#rrggbb"),
        ("time_zone", "Mars/Olympus", "Mars/Olympus"),
        ("name", "", "required"),
        ("max_file_size_mb", "0", "greater than or equal to 1"),
        ("max_file_size_mb", "26", "At most 25 MB"),
        ("allowed_content_types", [], "Choose the kinds of files"),
        ("allowed_content_types", ["image/svg+xml"], "image/svg+xml"),
        ("prechat_email", "perhaps", "perhaps"),
        ("privacy_url", "javascript:alert(1)", "valid URL"),
        ("anonymize_after_months", "0", "greater than or equal to 1"),
        ("anonymize_after_months", "1201", "less than or equal to 1200"),
    ],
)
def test_wrong_settings_are_named(
    administrator_client: Client, db: None, field: str, value: str, sentence: str
) -> None:
    response = administrator_client.post(ADD, values(**{field: value}))
    assert response.status_code == 200
    assert sentence in str(response.context["adminform"].form.errors[field])
    assert not Inbox.objects.exists()


def test_the_branch_is_chosen_once(administrator_client: Client, inbox: Inbox, moscow: Branch) -> None:
    response = administrator_client.post(change(inbox), values(name="Renamed", branch=moscow.pk))
    assert response.status_code == 302
    inbox.refresh_from_db()
    assert (inbox.name, inbox.branch and inbox.branch.name) == ("Renamed", "Yekaterinburg")


def test_tokens_do_not_come_from_a_form(administrator_client: Client, inbox: Inbox) -> None:
    administrator_client.post(change(inbox), values(widget_token="mine", identity_secret="mine"))
    assert not Inbox.objects.filter(widget_token="mine").exists()
    assert not Inbox.objects.filter(identity_secret="mine").exists()


def test_embed_codes_are_ready_to_copy(administrator_client: Client, inbox: Inbox) -> None:
    shown = administrator_client.get(change(inbox)).content.decode()
    token = inbox.widget_token
    assert f"/widget-demo/?token={token}" in shown
    assert f'widget.js" data-widget-token="{token}"&gt;&lt;/script&gt;' in shown
    assert (
        f'widget-loader.js" data-widget-token="{token}" data-load-after="5" data-load-on-scroll="1"' in shown
    )
    assert inbox.identity_secret in shown


def test_the_secret_is_for_administrators(operator_client: Client, operator: User, inbox: Inbox) -> None:
    operator.user_permissions.add(Permission.objects.get(codename="change_inbox"))
    shown = operator_client.get(change(inbox)).content.decode()
    assert inbox.widget_token in shown
    assert inbox.identity_secret not in shown


def test_inboxes_are_not_deleted(administrator_client: Client, inbox: Inbox) -> None:
    url = reverse("admin:messenger_inbox_delete", args=[inbox.pk])
    assert administrator_client.post(url, {"post": "yes"}).status_code == 403
    assert Inbox.objects.exists()


def test_settings_of_the_widget_are_saved(administrator_client: Client, yekaterinburg: Branch) -> None:
    said = {
        "prechat_email": "required", "offline_mode_enabled": "on", "offline_message": "Back on Monday",
        "privacy_text": "I agree", "consent_required": "on", "allowed_content_types": ["image/png"],
    }  # fmt: skip
    assert administrator_client.post(ADD, values(branch=yekaterinburg.pk, **said)).status_code == 302
    inbox = Inbox.objects.get()
    assert inbox.prechat_fields == {"email": "required"}
    assert (inbox.offline_mode_enabled, inbox.offline_message) == (True, "Back on Monday")
    assert (inbox.consent_required, inbox.privacy_text) == (True, "I agree")
    assert inbox.allowed_content_types == ["image/png"]


def test_consent_needs_a_text(administrator_client: Client) -> None:
    response = administrator_client.post(ADD, values(consent_required="on"))
    assert response.status_code == 200
    assert "Write what visitors are to agree to." in response.content.decode()


def test_without_files_no_kind_is_needed(administrator_client: Client) -> None:
    said = values(allowed_content_types=[])
    del said["attachments_enabled"]
    assert administrator_client.post(ADD, said).status_code == 302
