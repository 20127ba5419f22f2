"""Who may take tables out and bring them in."""

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Permission
from django.test import Client

from crm.models import Branch, User
from messenger.models import CannedResponse, Conversation, Inbox, Label
from tests.admin.exchange.files import (
    CONTACTS,
    CONVERSATIONS,
    LABELS,
    RESPONSES,
    errors,
    exported,
    table,
    upload,
)
from tests.admin.people import start

EXPORTS = [f"{url}export/" for url in (LABELS, RESPONSES, CONVERSATIONS, CONTACTS)]
IMPORTS = [f"{url}import/" for url in (LABELS, RESPONSES)]


def allow(user: User, *codenames: str) -> Client:
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("url", EXPORTS + IMPORTS)
def test_operators_may_neither(operator_client: Client, conversation: Conversation, url: str) -> None:
    assert operator_client.get(url).status_code == 403
    assert operator_client.post(url, {"resource": "0", "format": "0"}).status_code == 403


@pytest.mark.parametrize("url", IMPORTS)
def test_operators_confirm_nothing(operator_client: Client, db: None, url: str) -> None:
    assert operator_client.post(f"{url}confirm/", {"token": "x"}).status_code == 403


@pytest.mark.parametrize("url", [LABELS, RESPONSES, CONVERSATIONS, CONTACTS])
def test_operators_see_no_buttons(operator_client: Client, conversation: Conversation, url: str) -> None:
    shown = operator_client.get(url).content.decode()
    assert f"{url}export/" not in shown
    assert f"{url}import/" not in shown
    assert "export_selected" not in shown


@pytest.mark.parametrize("url", EXPORTS + IMPORTS)
def test_strangers_are_led_to_the_log_in(client: Client, db: None, url: str) -> None:
    assert client.get(url).status_code == 302
    assert client.post(url).status_code == 302


@pytest.mark.parametrize("url", EXPORTS + IMPORTS)
def test_nothing_is_there_while_the_messenger_is_off(
    administrator_client: Client, settings: LazySettings, url: str
) -> None:
    settings.MESSENGER_ENABLED = False
    assert administrator_client.get(url).status_code == 404


@pytest.mark.parametrize("url", [f"{url}confirm/" for url in IMPORTS])
def test_confirming_takes_a_form(administrator_client: Client, url: str) -> None:
    assert administrator_client.get(url).status_code == 405


def test_forms_of_other_sites_are_refused(administrator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    for url in (EXPORTS[0], IMPORTS[0], f"{IMPORTS[0]}confirm/"):
        assert client.post(url, {"token": "x"}).status_code == 403


def test_an_operator_exports_only_what_they_see(
    outsider: User, inbox: Inbox, global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch
) -> None:
    foreign, own = start(inbox, yekaterinburg, "Maria"), start(global_inbox, moscow, "Boris")
    client = allow(outsider, "export_conversation", "export_contact", "export_message")
    assert [row["ID"] for row in table(exported(client, CONVERSATIONS, "?box=all"))] == [str(own.pk)]
    assert table(exported(client, CONVERSATIONS, f"?id={foreign.pk}")) == []
    assert [row["name"] for row in table(exported(client, CONTACTS))] == ["Boris"]
    assert table(exported(client, CONTACTS, f"?id={foreign.contact_id}")) == []
    rows = table(exported(client, CONVERSATIONS, "?box=all&sheet=messages"))
    assert {row["conversation"] for row in rows} == {str(own.pk)}


def test_each_table_takes_its_own_permission(operator: User, conversation: Conversation) -> None:
    client = allow(operator, "export_conversation")
    page = client.get(f"{CONVERSATIONS}export/?sheet=messages")
    assert page.context["form"].sheet.name == "conversations"
    assert client.get(f"{CONTACTS}export/").status_code == 403


def test_one_permission_is_not_enough_to_import(operator: User) -> None:
    assert allow(operator, "add_label").get(f"{LABELS}import/").status_code == 403


def test_an_operator_imports_for_their_own_branch_alone(
    operator: User, yekaterinburg: Branch, moscow: Branch
) -> None:
    client = allow(operator, "add_label", "change_label")
    content = "name,branch\nA,Moscow\nB,\nC,Yekaterinburg\n"
    assert errors(upload(client, LABELS, content)) == {
        2: ["Branch: There is no branch “Moscow”."],
        3: ["Branch: Name your branch: what holds for all branches is the administrators'."],
    }


def test_labels_of_another_branch_are_not_there(
    operator: User, yekaterinburg: Branch, moscow: Branch
) -> None:
    client = allow(operator, "change_label", "delete_label")
    everybodys, own = Label.objects.create(name="All"), Label.objects.create(name="Own", branch=yekaterinburg)
    foreign = Label.objects.create(name="Foreign", branch=moscow)
    names = [row["name"] for row in table(exported(client, LABELS))]
    assert names == ["All", "Own"]
    values = {"name": "Mine", "color": "#000000", "branch": yekaterinburg.pk}
    assert client.post(f"{LABELS}{foreign.pk}/change/", values).status_code == 302
    assert client.post(f"{LABELS}{everybodys.pk}/change/", values).status_code == 403
    assert client.post(f"{LABELS}{everybodys.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{LABELS}{own.pk}/change/", values | {"branch": moscow.pk})
    client.post(f"{LABELS}{own.pk}/change/", values | {"branch": ""})
    assert set(Label.objects.values_list("name", "branch")) == {
        ("All", None),
        ("Own", yekaterinburg.pk),
        ("Foreign", moscow.pk),
    }
    assert not CannedResponse.objects.exists()
