"""New keys of an inbox: by POST, by administrators, and the old ones are refused at once."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from crm.models import User
from messenger.models import Inbox
from tests.admin.test_inboxes import change
from tests.visitor import Visitor


def renewing(inbox: Inbox, key: str = "token") -> str:
    return reverse("admin:messenger_inbox_renew", args=[inbox.pk, key])


def test_the_old_token_is_refused_at_once(
    administrator_client: Client, inbox: Inbox, visitor: Visitor, django_capture_on_commit_callbacks: Any
) -> None:
    visitor.send("Hello")
    old = inbox.widget_token
    with django_capture_on_commit_callbacks(execute=True):
        response = administrator_client.post(renewing(inbox))
    assert response["Location"] == change(inbox) + "#integrations"
    inbox.refresh_from_db()
    assert inbox.widget_token != old
    assert len(inbox.widget_token) >= 43
    assert visitor.send("Still there?").status_code == 404
    assert Visitor(old).bootstrap().status_code == 404


def test_with_the_new_code_visitors_find_their_conversation(
    administrator_client: Client, inbox: Inbox, visitor: Visitor
) -> None:
    visitor.send("Hello")
    administrator_client.post(renewing(inbox))
    inbox.refresh_from_db()
    again = Visitor(inbox.widget_token)
    answer = again.bootstrap(visitor_token=visitor.visitor_token).json()
    assert [message["body"] for message in answer["initial_messages"]] == ["Hello"]


def test_the_secret_alone_is_renewed(administrator_client: Client, inbox: Inbox) -> None:
    proof = inbox.identity_hash("42")
    administrator_client.post(renewing(inbox, "secret"))
    renewed = Inbox.objects.get(pk=inbox.pk)
    assert renewed.widget_token == inbox.widget_token
    assert not renewed.vouches_for("42", proof)


@pytest.mark.parametrize(("key", "label"), [("token", "widget token"), ("secret", "identity secret")])
def test_it_stands_in_the_history(
    administrator_client: Client, administrator: User, inbox: Inbox, key: str, label: str
) -> None:
    administrator_client.post(renewing(inbox, key))
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (administrator, str(inbox.pk))
    assert label in entry.get_change_message()
    for secret in (inbox.identity_secret, Inbox.objects.get(pk=inbox.pk).identity_secret):
        assert secret not in entry.change_message


def test_nothing_changes_by_a_link(administrator_client: Client, inbox: Inbox) -> None:
    assert administrator_client.get(renewing(inbox)).status_code == 405
    assert Inbox.objects.get(pk=inbox.pk).widget_token == inbox.widget_token


def test_who_only_changes_settings_renews_nothing(
    operator_client: Client, operator: User, inbox: Inbox
) -> None:
    operator.user_permissions.add(*Permission.objects.filter(codename__in=["change_inbox", "view_inbox"]))
    for key in ("token", "secret"):
        assert operator_client.post(renewing(inbox, key)).status_code == 403
        assert renewing(inbox, key) not in operator_client.get(change(inbox)).content.decode()
    unchanged = Inbox.objects.get(pk=inbox.pk)
    assert (unchanged.widget_token, unchanged.identity_secret) == (inbox.widget_token, inbox.identity_secret)


def test_outsiders_and_strangers(outsider_client: Client, inbox: Inbox) -> None:
    assert outsider_client.post(renewing(inbox)).status_code == 403
    assert Client().post(renewing(inbox))["Location"].startswith("/admin/login/")
    assert Inbox.objects.get(pk=inbox.pk).widget_token == inbox.widget_token


def test_without_a_token_of_the_form_it_is_refused(administrator: User, inbox: Inbox) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    assert client.post(renewing(inbox)).status_code == 403


def test_what_is_not_there(administrator_client: Client, inbox: Inbox) -> None:
    assert administrator_client.post(renewing(inbox, "password")).status_code == 404
    gone = reverse("admin:messenger_inbox_renew", args=[inbox.pk + 1, "token"])
    assert administrator_client.post(gone).status_code == 404


def test_the_dialog_tells_what_it_means(administrator_client: Client, inbox: Inbox) -> None:
    shown = administrator_client.get(change(inbox)).content.decode()
    assert "On all sites with the old code the chat stops at once." in shown
    assert "Open chats end" in shown
    assert 'class="msgr-masked"' in shown
