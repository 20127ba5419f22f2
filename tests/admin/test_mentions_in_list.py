"""Where a colleague named the reader in a note: a tab, its number, and a mark on the row, until it is seen."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.models import Branch, User
from messenger.models import Conversation, Inbox
from messenger.services import noting
from tests.admin.people import LIST, PART, page, part_of, start

MARK = "You are mentioned"
COUNT = 'data-msgr-count-of="mentions">{}<'


def mention(conversation: Conversation, author: User, *names: str) -> None:
    text = " ".join(f"@{name}" for name in names)
    noting.add_note(conversation_id=conversation.pk, author=author, body=f"{text} look, please")


@pytest.fixture
def mentioned(inbox: Inbox, yekaterinburg: Branch, operator: User, colleague: User) -> Conversation:
    """One where the operator is named, beside one where only the author is, and one without any note."""
    conversation = start(inbox, yekaterinburg, "Named")
    mention(conversation, colleague, operator.username)
    mention(start(inbox, yekaterinburg, "Other's"), operator, colleague.username)
    start(inbox, yekaterinburg, "Nobody's")
    return conversation


def names(client: Client, box: str = "mentions") -> list[str]:
    return [row.conversation.contact.name for row in client.get(LIST, {"box": box}).context["cl"].rows]


def test_the_tab_holds_what_is_not_seen_yet(operator_client: Client, mentioned: Conversation) -> None:
    assert names(operator_client) == ["Named"]
    shown = part_of(operator_client, LIST, box="all")
    assert COUNT.format(1) in shown
    assert shown.count(MARK) == 1
    operator_client.post(page(mentioned, "read/"))
    shown = part_of(operator_client, LIST, box="all")
    assert COUNT.format("") in shown
    assert MARK not in shown
    assert "No unseen mentions" in part_of(operator_client, LIST, box="mentions")


def test_it_is_told_to_nobody_else(
    client: Client, outsider_client: Client, administrator_client: Client, mentioned: Conversation
) -> None:
    assert names(outsider_client) == []
    assert names(administrator_client) == []
    assert MARK not in part_of(administrator_client, LIST, box="all")


def test_what_went_to_another_branch_is_not_listed(
    operator_client: Client, mentioned: Conversation, moscow: Branch
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE messenger_conversation SET branch_id = %s WHERE id = %s", [moscow.pk, mentioned.pk]
        )
        cursor.execute("SET session_replication_role = DEFAULT")
    assert names(operator_client) == []
    assert COUNT.format("") in part_of(operator_client, LIST, box="all")


def test_a_row_that_the_page_has_is_sent_again_when_it_gets_the_mark(
    operator_client: Client, operator: User, colleague: User, inbox: Inbox, yekaterinburg: Branch
) -> None:
    conversation = start(inbox, yekaterinburg, "Later")
    mark = operator_client.get(LIST, {"box": "all"}).context["cl"].rows[0].mark
    headers = PART | {"X-Messenger-Known": mark}
    assert "Later" not in operator_client.get(LIST, {"box": "all"}, headers=headers).content.decode()
    mention(conversation, colleague, operator.username)
    assert MARK in operator_client.get(LIST, {"box": "all"}, headers=headers).content.decode()


def test_marks_cost_no_query_each(
    operator_client: Client, operator: User, colleague: User, inbox: Inbox, yekaterinburg: Branch
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            part_of(operator_client, LIST, box="mentions")
        return len(captured)

    mention(start(inbox, yekaterinburg), colleague, operator.username)
    few = queries()
    for _ in range(8):
        mention(start(inbox, yekaterinburg), colleague, operator.username)
    assert queries() == few
    assert COUNT.format(9) in part_of(operator_client, LIST, box="mentions")
