"""Exports of the lists: which rows, which columns, and what is made of their texts."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from crm.models import AuditEntry, Branch, Region, User
from messenger.admin.exchange import formats
from messenger.models import Contact, Conversation, ConversationLabel, Inbox, Label, Message
from messenger.services import status
from tests.admin.exchange.files import (
    CONTACTS,
    CONVERSATIONS,
    JSON,
    LABELS,
    XLSX,
    content,
    exported,
    table,
)
from tests.admin.people import start

ALL = "?box=all"


def objects(response: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(content(response))
    return found


def write(conversation: Conversation, minutes: int, body: str, sender: User | None, **more: Any) -> None:
    """So many minutes after it began, by the client or by an operator."""
    Message.objects.create(
        conversation=conversation,
        body=body,
        sender_user=sender,
        created_at=Message.objects.filter(conversation=conversation).earliest("id").created_at
        + timedelta(minutes=minutes),
        **{"direction": "out" if sender else "in", **more},
    )


@pytest.fixture
def measured(inbox: Inbox, yekaterinburg: Branch, operator: User, perm: Region) -> Conversation:
    """Asked at 0, again at 1, answered at 3 and 5, with a note at 2, resolved at 10."""
    conversation = start(inbox, yekaterinburg, region=perm, name="=Maria")
    write(conversation, 1, "Anybody?", None)
    write(conversation, 2, "Secret", operator, direction="internal")
    write(conversation, 3, "Good day", operator)
    write(conversation, 5, "@here", operator)
    label = Label.objects.create(name="Urgent")
    ConversationLabel.objects.create(conversation=conversation, label=label)
    status.take(conversation_id=conversation.pk, operator=operator)
    status.resolve(conversation_id=conversation.pk, actor=operator)
    asked_at = conversation.last_message_at
    assert asked_at
    Conversation.objects.filter(pk=conversation.pk).update(
        resolved_at=asked_at + timedelta(minutes=10),
        rating_score=5,
        rated_at=asked_at,
        rating_comment="+1",
        page_url="https://shop.example.com/?a=1",
    )
    return conversation


def test_a_conversation_has_its_metrics(administrator_client: Client, measured: Conversation) -> None:
    (row,) = objects(exported(administrator_client, CONVERSATIONS, ALL, kind=JSON))
    assert {name: row[name] for name in row if name not in ("created", "last_message")} == {
        "id": measured.pk,
        "inbox": "Shop",
        "branch": "Yekaterinburg",
        "operator": "Anna Sergeeva",
        "status": "resolved",
        "first_answer_seconds": 180,
        "resolved_seconds": 600,
        "messages_in": 2,
        "messages_out": 2,
        "rating": 5,
        "rating_comment": "+1",
        "labels": "Urgent",
        "region": "Perm",
        "page": "https://shop.example.com/?a=1",
        "contact": str(measured.contact_id),
    }


def test_a_table_for_people_has_words_and_is_escaped(
    administrator_client: Client, measured: Conversation
) -> None:
    response = exported(administrator_client, CONVERSATIONS, ALL)
    (row,) = table(response)
    assert (row["status"], row["comment on the rating"], row["rating"]) == ("resolved", "'+1", "5")
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="conversations-2')


def test_russian_excel_gets_its_delimiter_and_words(
    administrator_client: Client, measured: Conversation
) -> None:
    administrator_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    (row,) = table(exported(administrator_client, CONVERSATIONS, ALL), delimiter=";")
    assert row["статус"] == "решён" or row["статус"] == "решен", row


def test_a_workbook(administrator_client: Client, measured: Conversation) -> None:
    file = BytesIO(content(exported(administrator_client, CONTACTS, kind=XLSX)))
    sheet = load_workbook(file).active
    assert sheet is not None
    head, row = ([cell.value for cell in cells] for cells in sheet.iter_rows())
    assert head[2] == "name"
    assert row[2] == "'=Maria"


def test_no_answer_has_no_time(administrator_client: Client, conversation: Conversation) -> None:
    (row,) = objects(exported(administrator_client, CONVERSATIONS, ALL, kind=JSON))
    assert (row["first_answer_seconds"], row["resolved_seconds"], row["messages_out"]) == (None, None, 0)


def test_only_the_columns_that_were_chosen(administrator_client: Client, measured: Conversation) -> None:
    response = administrator_client.post(
        f"{CONVERSATIONS}export/{ALL}",
        {"resource": "0", "format": JSON, "sheet_id": "on", "sheet_labels": "on"},
    )
    assert objects(response) == [{"id": measured.pk, "labels": "Urgent"}]


@pytest.mark.parametrize("data", [{"format": JSON}, {"format": "9", "sheet_id": "on"}, {"sheet_id": "on"}])
def test_nothing_to_export_is_asked_again(
    administrator_client: Client, conversation: Conversation, data: dict[str, str]
) -> None:
    response = administrator_client.post(f"{CONVERSATIONS}export/{ALL}", {"resource": "0", **data})
    assert response.status_code == 200
    assert not response.streaming
    assert response.context["form"].errors
    assert not AuditEntry.objects.filter(action="exported").exists()


def test_the_rows_of_tab_and_search(
    administrator_client: Client, operator: User, inbox: Inbox, yekaterinburg: Branch
) -> None:
    maria, boris = (start(inbox, yekaterinburg, name) for name in ("Maria", "Boris"))
    status.close(conversation_id=boris.pk, actor=operator)

    def ids(query: str) -> set[int]:
        response = exported(administrator_client, CONVERSATIONS, query, kind=JSON)
        return {row["id"] for row in objects(response)}

    assert ids("?box=closed") == {boris.pk}
    assert ids("?box=all&q=maria") == {maria.pk}
    assert ids(f"?id={boris.pk}") == {boris.pk}
    assert ids("?box=all&before=0-1") == {maria.pk, boris.pk}


def test_the_page_tells_what_would_be_exported(
    administrator_client: Client, inbox: Inbox, yekaterinburg: Branch
) -> None:
    start(inbox, yekaterinburg)
    shown = administrator_client.get(f"{CONVERSATIONS}export/?box=all&q=nobody").content.decode()
    assert "0 rows." in shown
    assert "1 row." in administrator_client.get(f"{CONVERSATIONS}export/?box=all").content.decode()


@pytest.mark.parametrize("query", ["?id=x", "?id=-", "?id=" + "9" * 30, "?" + "id=1&" * 501])
def test_ids_that_are_none_are_refused(administrator_client: Client, db: None, query: str) -> None:
    assert administrator_client.get(f"{CONVERSATIONS}export/{query}").status_code == 400
    assert administrator_client.get(f"{CONTACTS}export/?id=x").status_code == 400


def test_the_list_leads_there_with_its_filters(
    administrator_client: Client, conversation: Conversation
) -> None:
    shown = administrator_client.get(f"{CONVERSATIONS}?box=all&q=maria").content.decode()
    assert f'href="{CONVERSATIONS}export/?box=all&amp;q=maria"' in shown


def test_ticked_contacts(administrator_client: Client, inbox: Inbox, yekaterinburg: Branch) -> None:
    maria, boris = (start(inbox, yekaterinburg, name).contact for name in ("Maria", "Boris"))
    data = {"action": "export_selected", "_selected_action": [str(maria.pk)], "index": "0"}
    response = administrator_client.post(f"{CONTACTS}?q=r", data)
    assert response.status_code == 302
    query = "?" + response.headers["Location"].partition("?")[2]
    assert [row["id"] for row in objects(exported(administrator_client, CONTACTS, query, kind=JSON))] == [
        str(maria.pk)
    ]
    assert boris.pk


def test_a_table_too_long_for_a_workbook_is_refused(
    administrator_client: Client, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    for name in ("a", "b", "c"):
        Label.objects.create(name=name)
    small = tuple(kind._replace(most=2) if kind.most else kind for kind in formats.FORMATS)
    monkeypatch.setattr("messenger.admin.exchange.forms.FORMATS", small)
    response = exported(administrator_client, LABELS, kind=XLSX)
    (sentence,) = response.context["form"].errors["format"]
    assert sentence.startswith("There are more than 2 rows. Choose CSV or JSON")
    assert len(table(exported(administrator_client, LABELS))) == 3


def test_it_is_on_record_before_the_first_byte(
    administrator_client: Client, administrator: User, measured: Conversation
) -> None:
    exported(administrator_client, CONVERSATIONS, "?box=all&q=Maria", kind=JSON)
    entry = AuditEntry.objects.get(action="exported")
    assert entry.actor == administrator
    assert entry.details["what"] == "conversations"
    assert entry.details["rows"] == 1
    assert entry.details["format"] == "json"
    assert entry.details["filters"] == {"box": ["all"], "q": "…"}


def test_many_rows_come_in_batches_and_each_once(
    administrator_client: Client, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Contact.objects.bulk_create(Contact(inbox=inbox, name=f"Contact {n}") for n in range(2500))
    names = [row["name"] for row in objects(exported(administrator_client, CONTACTS, kind=JSON))]
    assert len(names) == len(set(names)) == 2500


def test_an_empty_table(administrator_client: Client, db: None) -> None:
    assert objects(exported(administrator_client, LABELS, kind=JSON)) == []
    assert table(exported(administrator_client, LABELS)) == []
