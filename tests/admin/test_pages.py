"""Every page of the admin opens, for whom it is meant, and holds nothing that its policy refuses."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success

from crm.models import Branch, Region, User
from messenger.models import Contact, Conversation, Inbox
from tests.admin.people import changelist, page

LISTS = [
    "messenger_conversation",
    "messenger_contact",
    "messenger_inbox",
    "messenger_routingrule",
    "crm_user",
    "crm_branch",
    "crm_region",
    "django_q_success",
    "django_q_failure",
    "django_q_schedule",
]
FORMS = ["messenger_inbox", "messenger_routingrule", "crm_user", "crm_branch", "crm_region"]
FOR_ADMINISTRATORS = [
    label for label in LISTS if label not in {"messenger_conversation", "messenger_contact"}
]
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style(?![^>]*nonce=)|\son[a-z]+=\"", re.IGNORECASE
)


def assert_clean(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    shown: str = response.content.decode()
    assert not INLINE.search(shown), INLINE.search(shown)
    assert "<main" in shown
    policy = response["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in policy
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    assert f'nonce="{nonce[1]}"' in shown
    return shown


@pytest.mark.parametrize("label", LISTS)
def test_lists(administrator_client: Client, conversation: Conversation, label: str) -> None:
    assert_clean(administrator_client, changelist(label))


@pytest.mark.parametrize("label", FORMS)
def test_forms_for_something_new(administrator_client: Client, label: str) -> None:
    assert_clean(administrator_client, reverse(f"admin:{label}_add"))


def test_pages_of_things(administrator_client: Client, conversation: Conversation, operator: User) -> None:
    region = Region.objects.create(name="Ural")
    for thing in (conversation.contact, conversation.inbox, conversation.branch, operator, region):
        label = f"{thing._meta.app_label}_{thing._meta.model_name}"
        assert_clean(administrator_client, reverse(f"admin:{label}_change", args=[thing.pk]))
    assert_clean(administrator_client, page(conversation))
    assert_clean(administrator_client, "/admin/")


@pytest.mark.parametrize("label", FOR_ADMINISTRATORS)
def test_settings_are_not_for_operators(operator_client: Client, label: str) -> None:
    assert operator_client.get(changelist(label)).status_code == 403
    assert changelist(label) not in operator_client.get("/admin/").content.decode()


@pytest.mark.parametrize("label", LISTS)
def test_lists_are_not_for_anonymous(client: Client, db: None, label: str) -> None:
    assert client.get(changelist(label))["Location"].startswith("/admin/login/")


@pytest.mark.parametrize(
    "model", [Conversation, Contact, Inbox, User, Branch, Region, Success, Failure, Schedule, OrmQ]
)
def test_everything_wears_the_same_dress(model: type) -> None:
    from unfold.admin import ModelAdmin  # noqa: PLC0415

    assert isinstance(admin.site._registry[model], ModelAdmin)


def test_tasks_are_sent_again_only_by_permission(administrator_client: Client, db: None) -> None:
    Failure.objects.create(
        id="1",
        name="purge",
        func="messenger.tasks.clear_expired_sessions",
        started=timezone.now(),
        stopped=timezone.now(),
        success=False,
    )
    body = {"action": "resubmit_task", "_selected_action": "1"}
    administrator_client.post(changelist("django_q_failure"), body)
    assert not OrmQ.objects.exists()
    assert b"resubmit_task" not in administrator_client.get(changelist("django_q_failure")).content
