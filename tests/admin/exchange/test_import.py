"""Labels and canned responses from a file: shown first, written as a whole or not at all."""

from typing import Any

import pytest
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.test import Client

from crm.models import AuditEntry, Branch, User
from messenger.models import CannedResponse, Label
from tests.admin.exchange.files import (
    LABELS,
    RESPONSES,
    brought_in,
    confirm,
    errors,
    exported,
    kinds,
    upload,
    workbook,
)


def names() -> set[tuple[str, str]]:
    return set(Label.objects.values_list("name", "color"))


def test_a_preview_writes_nothing(administrator_client: Client, yekaterinburg: Branch) -> None:
    response = upload(
        administrator_client, LABELS, "name,color,branch\nUrgent,#FF0000,\nBig,,yekaterinburg\n"
    )
    assert kinds(response) == ["new", "new"]
    assert not Label.objects.exists()
    assert not LogEntry.objects.exists()


def test_confirmed_it_is_written(administrator_client: Client, yekaterinburg: Branch) -> None:
    response = brought_in(
        administrator_client, LABELS, "name,color,branch\nUrgent,#FF0000,\nBig  one,,yekaterinburg\n"
    )
    assert names() == {("Urgent", "#ff0000"), ("Big one", "#64748b")}
    assert Label.objects.get(name="Big one").branch == yekaterinburg
    assert "new 2, changed 0, as before 0" in response.content.decode()


def test_rows_are_found_again_by_name_and_branch(administrator_client: Client, yekaterinburg: Branch) -> None:
    old = Label.objects.create(name="Urgent", color="#ff0000")
    same = Label.objects.create(name="Same", color="#00ff00")
    Label.objects.create(name="urgent", branch=yekaterinburg, color="#0000ff")
    content = "name,color\nURGENT,#111111\nSame,#00FF00\n"
    assert kinds(upload(administrator_client, LABELS, content)) == ["update", "skip"]
    brought_in(administrator_client, LABELS, content)
    old.refresh_from_db()
    assert (old.name, old.color) == ("URGENT", "#111111")
    assert Label.objects.count() == 3
    assert Label.objects.get(pk=same.pk).color == "#00ff00"


def test_columns_that_are_missing_stay_as_they_were(administrator_client: Client, db: None) -> None:
    CannedResponse.objects.create(shortcut="hi", text="Hello", is_active=False)
    brought_in(administrator_client, RESPONSES, "shortcut,text\n/HI,Good day\n")
    response = CannedResponse.objects.get()
    assert (response.shortcut, response.text, response.is_active) == ("hi", "Good day", False)


def test_one_bad_row_and_nothing_is_written(administrator_client: Client, db: None) -> None:
    content = (
        "name,color,branch\nUrgent,#ff0000,\nBig,red,\nSmall,,Atlantis\n" + "x" * 41 + ",,\n,,\n,#ff0000,\n"
    )
    response = upload(administrator_client, LABELS, content)
    assert errors(response) == {
        3: ["Color: Write the color as #rrggbb."],
        4: ["Branch: There is no branch “Atlantis”."],
        5: ["Name: Ensure this value has at most 40 characters (it has 41)."],
        7: ["Name: This field cannot be blank."],
    }
    assert response.context["token"] == ""
    assert "Nothing was imported" in response.content.decode()
    assert not Label.objects.exists()


def test_errors_are_told_in_the_readers_language(administrator_client: Client, db: None) -> None:
    administrator_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    response = upload(administrator_client, LABELS, "name\n" + "x" * 41 + "\n")
    (sentence,) = errors(response)[2]
    assert "не более 40 символов" in sentence


def test_a_row_that_comes_twice_is_named(administrator_client: Client, db: None) -> None:
    response = upload(administrator_client, LABELS, "name\nUrgent\nurgent\n")
    assert errors(response) == {3: ["Name: The same as in row 2."]}


def test_what_a_response_could_never_fill_is_refused(administrator_client: Client, db: None) -> None:
    response = upload(administrator_client, RESPONSES, "shortcut,text\nhi,Hello {{ contact.password }}\n")
    assert errors(response) == {2: ["Text: {{ contact.password }} is not known."]}


def test_somebody_made_the_same_between_preview_and_import(administrator_client: Client, db: None) -> None:
    response = upload(administrator_client, LABELS, "name,color\nA,#000000\nUrgent,#ff0000\n")
    Label.objects.create(name="urgent", color="#00ff00")
    confirm(administrator_client, LABELS, response)
    assert names() == {("A", "#000000"), ("Urgent", "#ff0000")}


def test_a_row_that_fails_only_now_takes_all_back(administrator_client: Client, moscow: Branch) -> None:
    response = upload(administrator_client, LABELS, "name,branch\nA,\nB,Moscow\n")
    moscow.delete()
    page = confirm(administrator_client, LABELS, response)
    assert "There is no branch “Moscow”." in page.content.decode()
    assert not Label.objects.exists()
    assert not AuditEntry.objects.filter(action="imported").exists()


def test_a_preview_is_confirmed_once_and_by_its_owner(
    administrator_client: Client, administrator: User, db: None
) -> None:
    response = upload(administrator_client, LABELS, "name\nUrgent\n")
    boss = Client()
    boss.force_login(User.objects.create_user("root", is_superuser=True))
    assert "has expired" in confirm(boss, LABELS, response).content.decode()
    assert not Label.objects.exists()
    assert "has expired" in confirm(administrator_client, RESPONSES, response).content.decode()
    confirm(administrator_client, LABELS, response)
    assert "has expired" in confirm(administrator_client, LABELS, response).content.decode()
    assert Label.objects.count() == 1


def test_it_is_on_record(administrator_client: Client, administrator: User, db: None) -> None:
    Label.objects.create(name="Urgent", color="#ff0000")
    brought_in(administrator_client, LABELS, "name,color\nUrgent,#111111\nBig,#222222\n")
    assert set(LogEntry.objects.values_list("action_flag", "object_repr")) == {
        (CHANGE, "Urgent"),
        (ADDITION, "Big"),
    }
    entry = AuditEntry.objects.get(action="imported")
    assert entry.actor == administrator
    assert entry.details == {"what": "labels", "file": "table.csv", "new": 1, "changed": 1, "unchanged": 0}
    changed = AuditEntry.objects.get(action="changed")
    assert changed.details == {"changes": [{"field": "color", "old": "#ff0000", "new": "#111111"}]}


@pytest.mark.parametrize("kind", ["0", "1", "2"])
def test_what_was_exported_can_be_imported(administrator_client: Client, moscow: Branch, kind: str) -> None:
    for shortcut, text, branch in [
        ("hi", "=1+1\nGood day; \"Maria\", 'hello'", None),
        ("bye", "'=quoted", moscow),
        ("привет", "+7 912, {{ contact.name }}", None),
    ]:
        CannedResponse.objects.create(shortcut=shortcut, text=text, branch=branch)
    name = ["table.csv", "table.xlsx", "table.json"][int(kind)]
    content = b"".join(exported(administrator_client, RESPONSES, kind=kind).streaming_content)
    assert kinds(upload(administrator_client, RESPONSES, content, name)) == ["skip"] * 3
    before = set(CannedResponse.objects.values_list("shortcut", "text", "branch", "is_active"))
    CannedResponse.objects.all().delete()
    brought_in(administrator_client, RESPONSES, content, name)
    assert set(CannedResponse.objects.values_list("shortcut", "text", "branch", "is_active")) == before


def test_a_workbook_with_numbers_dates_and_yes(administrator_client: Client, db: None) -> None:
    rows: list[list[Any]] = [
        ["Shortcut", "Text", "Active"],
        [None, None, None],
        [7, 3.0, True],
        ["day", 2.5, "нет"],
    ]
    brought_in(administrator_client, RESPONSES, workbook(rows), "table.xlsx")
    found = set(CannedResponse.objects.values_list("shortcut", "text", "is_active"))
    assert found == {("7", "3", True), ("day", "2.5", False)}


def test_a_row_costs_its_insert_and_two_savepoints(
    administrator_client: Client, db: None, django_assert_max_num_queries: object
) -> None:
    content = "name\n" + "".join(f"Label {number}\n" for number in range(300))
    with django_assert_max_num_queries(300 * 5 + 30):  # type: ignore[operator]
        assert upload(administrator_client, LABELS, content).context["preview"].new == 300
