"""Canned responses in the admin: who keeps them, and what their texts may hold."""

from typing import Any

import pytest
from django.test import Client

from crm.models import Branch, User
from messenger.models import CannedResponse

LIST = "/admin/messenger/cannedresponse/"
ADD = f"{LIST}add/"
PREVIEW = f"{LIST}preview/"


def save(client: Client, text: str, shortcut: str = "hello", **more: Any) -> Any:
    return client.post(ADD, {"shortcut": shortcut, "text": text, "is_active": "on", **more})


def errors(response: Any) -> str:
    return " ".join(str(one) for found in response.context["errors"] for one in found)


def previewed(client: Client, text: str) -> str:
    response = client.post(PREVIEW, {"text": text})
    assert response.status_code == 200
    return str(response.content.decode())


def test_an_administrator_keeps_one(administrator_client: Client) -> None:
    assert save(administrator_client, "Hello {{ contact.name }}!\r\n", "Hello").status_code == 302
    kept = CannedResponse.objects.get()
    assert (kept.shortcut, kept.text, kept.branch) == ("hello", "Hello {{ contact.name }}!", None)
    assert "/hello" in administrator_client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello {{ contact.password }}", "{{ contact.password }} is not known."),
        ("{{ a }} {{ b }}", "{{ a }}, {{ b }} are not known."),
        ("{{ contact.name|safe }}", "This can't be read"),
        ("{% include 'x' %}", "This can't be read"),
        ("{{ contact.name", "This can't be read"),
        ("  ", "required"),
    ],
)
def test_what_could_never_be_filled_is_not_kept(administrator_client: Client, text: str, told: str) -> None:
    refused = save(administrator_client, text)
    assert refused.status_code == 200
    assert told in errors(refused)
    assert not CannedResponse.objects.exists()


@pytest.mark.parametrize("shortcut", ["two words", "/slash", "", "a" * 41])
def test_shortcuts_that_nobody_can_type(administrator_client: Client, shortcut: str) -> None:
    assert save(administrator_client, "x", shortcut).status_code == 200
    assert not CannedResponse.objects.exists()


def test_one_shortcut_per_branch(administrator_client: Client, moscow: Branch) -> None:
    save(administrator_client, "x")
    assert "such a shortcut" in errors(save(administrator_client, "y", "HELLO"))
    assert save(administrator_client, "y", branch=moscow.pk).status_code == 302
    assert CannedResponse.objects.count() == 2


def test_operators_look_and_change_nothing(operator_client: Client, operator: User, moscow: Branch) -> None:
    own = CannedResponse.objects.create(shortcut="own", text="x", branch=operator.branch)
    theirs = CannedResponse.objects.create(shortcut="theirs", text="x", branch=moscow)
    shown = operator_client.get(LIST).content.decode()
    assert "/own" in shown
    assert "/theirs" not in shown
    assert save(operator_client, "x").status_code == 403
    change = f"{LIST}{own.pk}/change/"
    assert operator_client.get(change).status_code == 200
    assert operator_client.post(change, {"shortcut": "own", "text": "y"}).status_code == 403
    assert operator_client.get(f"{LIST}{theirs.pk}/change/").status_code == 302
    assert set(CannedResponse.objects.values_list("text", flat=True)) == {"x"}


def test_the_preview_reads_as_the_client_will(administrator_client: Client) -> None:
    shown = previewed(administrator_client, "**Hello**, {{ contact.name }}! <b>")
    assert "<strong>Hello</strong>, Maria! &lt;b&gt;" in shown
    assert "<strong>Hello</strong>! &lt;b&gt;" in shown


def test_the_preview_tells_what_is_wrong(administrator_client: Client) -> None:
    shown = previewed(administrator_client, "{{ <script> }}")
    assert "can&#x27;t be read" in shown
    assert "<script>" not in shown
    assert "Write a text" in previewed(administrator_client, " ")


def test_the_preview_needs_a_log_in_and_a_post(client: Client, administrator_client: Client) -> None:
    assert client.post(PREVIEW, {"text": "x"}).status_code == 302
    assert administrator_client.get(PREVIEW).status_code == 405
