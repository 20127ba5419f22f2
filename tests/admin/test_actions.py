"""What an operator does in the workspace, by a form and by the page's script."""

import uuid
from typing import Any

import pytest
from django.test import Client

from crm.models import User
from messenger.models import Conversation, ConversationEvent, Message
from messenger.services import status
from tests.admin.people import PART, answer, ask, page


def by_script(client: Client, conversation: Conversation, route: str, **body: Any) -> Any:
    return client.post(page(conversation, route), body, headers=PART)


def test_whoever_answers_first_takes_it(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    response = operator_client.post(page(conversation, "reply/"), {"body": " We do! "})
    assert (response.status_code, response["Location"]) == (302, page(conversation))
    conversation.refresh_from_db()
    message = Message.objects.latest("pk")
    assert (message.direction, message.body, message.sender_user) == ("out", "We do!", operator)
    assert conversation.assignee == operator
    assert ConversationEvent.objects.get(kind="assigned").actor == operator


def test_the_script_gets_the_new_lines(operator_client: Client, conversation: Conversation) -> None:
    response = by_script(
        operator_client, conversation, "reply/", body="Yes", since_id=conversation.last_message_id
    )
    shown = response.content.decode()
    assert response.status_code == 200
    assert shown.count("data-message=") == 1
    assert "You answer" in shown
    assert "Do you deliver" not in shown


def test_a_repeat_is_stored_once(operator_client: Client, conversation: Conversation) -> None:
    for _ in range(2):
        sent = by_script(operator_client, conversation, "reply/", body="Yes", client_message_id=REPEATED)
        assert sent.status_code == 200
    assert Message.objects.filter(direction="out").count() == 1
    other = by_script(operator_client, conversation, "reply/", body="No", client_message_id=REPEATED)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


REPEATED = str(uuid.uuid4())


@pytest.mark.parametrize(
    "body", [{}, {"body": " \n"}, {"body": "x" * 2001}, {"body": "Yes", "client_message_id": "no uuid"}]
)
def test_bad_answers_are_refused(
    operator_client: Client, conversation: Conversation, body: dict[str, str]
) -> None:
    response = by_script(operator_client, conversation, "reply/", **body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert response.json()["fields"]
    followed = operator_client.post(page(conversation, "reply/"), body, follow=True)
    assert followed.status_code == 200
    assert list(followed.context["messages"])
    assert not Message.objects.filter(direction="out").exists()


def test_a_closed_conversation_takes_no_answer(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    response = by_script(operator_client, conversation, "reply/", body="Too late")
    assert (response.status_code, response.json()["code"]) == (409, "conversation_closed")
    assert b"<fieldset" in operator_client.get(page(conversation)).content
    assert b"disabled" in operator_client.get(page(conversation)).content


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("take", "open", "open"),
        ("resolve", "open", "resolved"),
        ("close", "open", "closed"),
        ("reopen", "resolved", "open"),
        ("reopen", "closed", "open"),
    ],
)
@pytest.mark.parametrize("headers", [PART, {}], ids=["script", "form"])
def test_actions(
    operator_client: Client,
    operator: User,
    conversation: Conversation,
    headers: dict[str, str],
    action: str,
    before: str,
    after: str,
) -> None:
    if before == "resolved":
        status.resolve(conversation_id=conversation.pk, actor=operator)
    elif before == "closed":
        status.close(conversation_id=conversation.pk, actor=operator)
    for _ in range(2):
        response = operator_client.post(page(conversation, f"{action}/"), headers=headers)
        assert response.status_code == (200 if headers else 302)
    conversation.refresh_from_db()
    assert conversation.status == after
    done = {"take": "assigned", "resolve": "resolved", "close": "closed", "reopen": "reopened"}[action]
    assert [event.actor for event in ConversationEvent.objects.filter(kind=done)] == [operator]


def test_unknown_actions_are_not_found(operator_client: Client, conversation: Conversation) -> None:
    assert operator_client.post(page(conversation, "explode/")).status_code == 404


def test_of_two_who_take_it_one_is_told(
    operator_client: Client, colleague: User, conversation: Conversation
) -> None:
    status.take(conversation_id=conversation.pk, operator=colleague)
    response = by_script(operator_client, conversation, "take/")
    assert (response.status_code, response.json()["code"]) == (409, "already_taken")
    assert "Boris" in response.json()["detail"]
    followed = operator_client.post(page(conversation, "take/"), follow=True)
    assert "Boris" in str(next(iter(followed.context["messages"])))


@pytest.mark.parametrize(
    ("action", "sentence"), [("close", "closed"), ("resolve", "closed"), ("take", "took")]
)
def test_who_comes_second_is_told_who_was_first(
    operator_client: Client,
    operator: User,
    colleague: User,
    conversation: Conversation,
    action: str,
    sentence: str,
) -> None:
    if action == "take":
        status.take(conversation_id=conversation.pk, operator=colleague)
        Conversation.objects.update(assignee=operator)
    else:
        status.close(conversation_id=conversation.pk, actor=colleague)
    told = f'data-told="Boris {sentence} the conversation"'
    assert told in by_script(operator_client, conversation, f"{action}/").content.decode()
    followed = operator_client.post(page(conversation, f"{action}/"), follow=True)
    assert f"Boris {sentence}" in str(next(iter(followed.context["messages"])))


def test_who_was_first_is_told_nothing(operator_client: Client, conversation: Conversation) -> None:
    for _ in range(2):
        assert 'data-told=""' in by_script(operator_client, conversation, "close/").content.decode()


def test_a_page_of_somebody_else_answers_for_nobody(
    operator_client: Client, operator: User, colleague: User, conversation: Conversation
) -> None:
    """The browser's session has changed hands since the page was opened."""
    body = {"body": "Yes", "as": colleague.pk}
    assert by_script(operator_client, conversation, "reply/", **body).status_code == 403
    assert by_script(operator_client, conversation, "reply/", **body | {"as": operator.pk}).status_code == 200
    assert Message.objects.filter(direction="out").count() == 1


def test_reopening_gives_way_to_a_newer_conversation(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    ask(conversation, "It is me again")
    response = by_script(operator_client, conversation, "reopen/")
    assert (response.status_code, response.json()["code"]) == (409, "already_active")


def test_reading_counts_for_the_assignee(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    answer(conversation, operator)
    last = ask(conversation)
    Conversation.objects.update(assignee_opened_at=None)
    assert by_script(operator_client, conversation, "read/").json()["counted"] is True
    conversation.refresh_from_db()
    assert (conversation.unread_count, conversation.operator_read_up_to) == (0, last)
    opened = conversation.assignee_opened_at
    assert opened is not None
    by_script(operator_client, conversation, "read/")
    conversation.refresh_from_db()
    assert conversation.assignee_opened_at == opened
    assert conversation.assignee_last_read_at is not None
    assert conversation.assignee_last_read_at > opened


def test_a_colleagues_look_leaves_it_unread(
    operator_client: Client, colleague: User, conversation: Conversation
) -> None:
    answer(conversation, colleague)
    ask(conversation)
    assert by_script(operator_client, conversation, "read/").json()["counted"] is False
    conversation.refresh_from_db()
    assert conversation.unread_count == 1


def test_looking_alone_changes_nothing(
    operator_client: Client, operator: User, conversation: Conversation
) -> None:
    """A browser that prefetches a link is no reader: the visible page says so by POST."""
    operator_client.get(page(conversation))
    conversation.refresh_from_db()
    assert (conversation.unread_count, conversation.assignee) == (1, None)
