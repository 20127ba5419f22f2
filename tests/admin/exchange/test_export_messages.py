"""Messages leave by their own permission; notes among operators only where somebody asks for them and may."""

import json
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.test import Client

from crm.models import AuditEntry, Branch, User
from messenger.models import Conversation, Inbox, Message
from tests.admin.exchange.files import CONVERSATIONS, JSON, content, exported
from tests.admin.people import answer, start

MESSAGES = "?box=all&sheet=messages"


def note(conversation: Conversation, operator: User, body: str = "Secret") -> int:
    return Message.objects.create(
        conversation=conversation, direction="internal", sender_user=operator, body=body
    ).pk


def texts(client: Client, query: str = MESSAGES, **form: Any) -> list[str]:
    found = json.loads(content(exported(client, CONVERSATIONS, query, kind=JSON, **form)))
    return [row["text"] for row in found]


def test_the_messages_of_the_rows_in_order(
    administrator_client: Client, operator: User, inbox: Inbox, yekaterinburg: Branch
) -> None:
    first, second = (start(inbox, yekaterinburg, name, body=f"I am {name}") for name in ("Maria", "Boris"))
    answer(second, operator, "To Boris")
    answer(first, operator, "To Maria")
    note(first, operator)
    assert texts(administrator_client) == ["I am Maria", "To Maria", "I am Boris", "To Boris"]
    assert texts(administrator_client, f"?sheet=messages&id={second.pk}") == ["I am Boris", "To Boris"]


def test_notes_only_where_they_are_wanted(
    administrator_client: Client, operator: User, conversation: Conversation
) -> None:
    note(conversation, operator)
    assert "Secret" not in texts(administrator_client)
    assert "Secret" in texts(administrator_client, notes="on")
    entry = AuditEntry.objects.filter(action="exported").latest("id")
    assert entry.details["options"] == {"notes": "on"}


def test_whoever_may_not_answer_gets_no_notes(conversation: Conversation, operator: User) -> None:
    note(conversation, operator)
    Group.objects.get(name="Messenger operators").permissions.remove(
        Permission.objects.get(codename="change_conversation")
    )
    operator.user_permissions.add(Permission.objects.get(codename="export_message"))
    client = Client()
    client.force_login(operator)
    assert texts(client, notes="on") == ["Do you deliver to Tagil?"]


def test_days_are_those_of_the_reader(
    administrator_client: Client, operator: User, conversation: Conversation
) -> None:
    """21:30 UTC is the next day in Moscow."""
    for at, body in (("2026-03-01T12:00:00Z", "Early"), ("2026-03-01T21:30:00Z", "Late")):
        Message.objects.create(
            conversation=conversation, direction="out", sender_user=operator, body=body, created_at=at
        )
    assert texts(administrator_client, until="2026-03-01") == ["Early"]
    assert texts(administrator_client, since="2026-03-02", until="2026-03-02") == ["Late"]
    assert texts(administrator_client, since="2026-03-03") == ["Do you deliver to Tagil?"]
    assert texts(administrator_client, since="2126-03-03") == []


def test_days_that_are_none(administrator_client: Client, conversation: Conversation) -> None:
    response = exported(administrator_client, CONVERSATIONS, MESSAGES, since="x", until="2026-03-01")
    assert "since" in response.context["form"].errors
    response = exported(administrator_client, CONVERSATIONS, MESSAGES, since="2026-03-02", until="2026-03-01")
    assert response.context["form"].errors["until"] == ["This is before the first day."]


def test_many_messages_of_many_conversations_each_once(
    administrator_client: Client, inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    conversations = [start(inbox, yekaterinburg, f"Client {number}", body="0") for number in range(3)]
    Message.objects.bulk_create(
        Message(conversation=conversation, direction="out", sender_user=operator, body=str(number))
        for number in range(1, 900)
        for conversation in conversations
    )
    assert texts(administrator_client) == [str(number) for number in range(900)] * 3
