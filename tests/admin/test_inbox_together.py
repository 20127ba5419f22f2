"""Two administrators at one inbox, and input that no form expects."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from crm.models import User
from messenger.admin.inbox_version import version_of
from messenger.models import Holiday, Inbox
from tests.admin.test_inboxes import change, values

SAVED_MEANWHILE = "saved this inbox while you were editing it"


def seen(inbox: Inbox, **more: Any) -> dict[str, Any]:
    """The form as somebody has it who opened the page at this moment."""
    return values(version=version_of(inbox.pk), **more)


def test_the_page_knows_what_it_showed(administrator_client: Client, inbox: Inbox) -> None:
    shown = administrator_client.get(change(inbox)).content.decode()
    assert f'name="version" value="{version_of(inbox.pk)}"' in shown


def test_whoever_saves_second_is_told(
    administrator_client: Client, administrator: User, inbox: Inbox
) -> None:
    one, other = seen(inbox, title="Ours"), seen(inbox, title="Theirs", greeting="Hi")
    assert administrator_client.post(change(inbox), one).status_code == 302
    response = administrator_client.post(change(inbox), other)
    shown = response.content.decode()
    assert response.status_code == 200
    assert "Alice (" in shown
    assert SAVED_MEANWHILE in shown
    assert "“Title”" in shown
    assert 'value="Theirs"' in shown, "nothing of what was typed is lost"
    inbox.refresh_from_db()
    assert (inbox.title, inbox.greeting) == ("Ours", "")


def test_the_second_may_insist(administrator_client: Client, inbox: Inbox) -> None:
    other = seen(inbox, title="Theirs")
    administrator_client.post(change(inbox), seen(inbox, title="Ours"))
    shown = administrator_client.post(change(inbox), other).content.decode()
    fresh = version_of(inbox.pk)
    assert f'value="{fresh}"' in shown
    assert administrator_client.post(change(inbox), other | {"version": fresh}).status_code == 302
    inbox.refresh_from_db()
    assert inbox.title == "Theirs"


def test_rows_count_as_well(administrator_client: Client, inbox: Inbox) -> None:
    mine = seen(inbox, title="Mine")
    Holiday.objects.create(inbox=inbox, date="2026-12-31")
    assert SAVED_MEANWHILE in administrator_client.post(change(inbox), mine).content.decode()


def test_a_save_that_nobody_overtook_is_one(administrator_client: Client, inbox: Inbox) -> None:
    for title in ("One", "Two"):
        assert administrator_client.post(change(inbox), seen(inbox, title=title)).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_told(administrator: User, inbox: Inbox) -> None:
    # Tests with transactions of their own have no groups.
    administrator.is_superuser = True
    administrator.save()
    forms = [seen(inbox, title=title) for title in ("One", "Two")]
    gate = threading.Barrier(2)
    answers: list[Any] = []

    def save(form: dict[str, Any]) -> None:
        client = Client()
        client.force_login(administrator)
        gate.wait()
        answers.append(client.post(change(inbox), form))
        connection.close()

    threads = [threading.Thread(target=save, args=[form]) for form in forms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saved, told = sorted(answers, key=lambda answer: answer.status_code, reverse=True)
    assert (saved.status_code, saved["Location"]) == (302, "/admin/messenger/inbox/")
    assert SAVED_MEANWHILE in told.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("greeting", "x" * 100_000),
        ("offline_message", "ы" * 501),
        ("color", "red"),
        ("color", "#2563eb;background:url(//evil.example)"),
        ("max_file_size_mb", "-1"),
        ("max_file_size_mb", "99999999999999999999"),
        ("allowed_origins", "https://shop.example.com/path"),
        ("allowed_origins", "javascript:alert(1)"),
        ("position", "top"),
        ("name", "n" * 121),
    ],
)
def test_what_can_not_be_is_named_and_kept(
    administrator_client: Client, inbox: Inbox, field: str, value: str
) -> None:
    response = administrator_client.post(change(inbox), values(**{field: value}))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors[field]
    assert response.context["adminform"].form[field].value() == value
    assert Inbox.objects.get(pk=inbox.pk).name == "Shop"


def test_a_nul_is_no_text(administrator_client: Client, inbox: Inbox) -> None:
    response = administrator_client.post(change(inbox), values(greeting="a\0b"))
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["greeting"]
