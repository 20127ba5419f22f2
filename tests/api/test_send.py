"""Send: stored once, in the right conversation, or refused with a reason."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import User
from messenger.models import Contact, Conversation, ConversationEvent, Inbox, Message
from messenger.services import posting, status
from tests.parallel import in_parallel
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("body", ["", "   \n ", None, 5, ["a"], "x" * 2001, "nul\0byte"])
def test_bad_body_is_invalid_and_not_stored(visitor: Visitor, body: Any) -> None:
    response = visitor.send(body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert response.json()["fields"]["body"]
    assert not Message.objects.exists()


def test_lone_surrogate_is_invalid(visitor: Visitor) -> None:
    response = visitor.client.post(
        "/api/widget/send/", b'{"body": "\\ud800"}', content_type="application/json", headers=visitor.headers
    )
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_longest_body_is_taken(visitor: Visitor) -> None:
    assert visitor.send("я" * 2000).status_code == 201


@pytest.mark.parametrize("client_message_id", ["1", 7, ["a"], {"a": 1}])
def test_bad_client_message_id_is_invalid(visitor: Visitor, client_message_id: Any) -> None:
    response = visitor.send("Hello", client_message_id)
    assert list(response.json()["fields"]) == ["client_message_id"]


def test_honeypot_is_spam(visitor: Visitor) -> None:
    response = visitor.send("Buy!", hp="http://spam.example.com")
    assert (response.status_code, response.json()["code"]) == (400, "spam")
    assert not Message.objects.exists()


def test_unknown_session_is_invalid(visitor: Visitor) -> None:
    visitor.session_token = "unknown"
    response = visitor.send()
    assert (response.status_code, response.json()["code"]) == (401, "session_invalid")


def test_session_of_another_inbox_is_a_mismatch(visitor: Visitor, inbox: Inbox) -> None:
    visitor.widget_token = Inbox.objects.create(name="Other", branch=inbox.branch).widget_token
    response = visitor.send()
    assert (response.status_code, response.json()["code"]) == (403, "session_mismatch")


def test_blocked_contact_is_refused(visitor: Visitor) -> None:
    Contact.objects.update(is_blocked=True)
    response = visitor.send()
    assert (response.status_code, response.json()["code"]) == (403, "blocked")
    assert not Message.objects.exists()


def test_message_is_answered_as_the_contract_says(visitor: Visitor) -> None:
    key = str(uuid.uuid4())
    response = visitor.send("  Hello\r\nthere ", key)
    assert response.status_code == 201
    message = Message.objects.get()
    answer = response.json()
    assert answer.pop("created_at").endswith("+03:00")
    assert answer == {
        "id": message.pk, "direction": "in", "body": "Hello\nthere", "read_at": None, "sender_name": None,
        "sender_avatar": None, "client_message_id": key, "attachments": [],
    }  # fmt: skip
    conversation = Conversation.objects.get()
    assert conversation.last_message_id == message.pk
    assert conversation.last_message_at == message.created_at
    assert conversation.unread_count == 1
    assert conversation.waiting_since is not None


def test_tokens_are_taken_from_a_form_as_well(visitor: Visitor) -> None:
    form = {
        "widget_token": visitor.widget_token,
        "widget_session_token": visitor.session_token,
        "body": "By form",
    }
    assert visitor.client.post("/api/widget/send/", form).status_code == 201
    assert visitor.texts() == ["By form"]


def test_repeat_answers_the_first_message_and_stores_nothing(visitor: Visitor) -> None:
    key = str(uuid.uuid4())
    first, again = visitor.send("Once", key), visitor.send("Once", key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Message.objects.count() == Conversation.objects.get().unread_count == 1


def test_same_id_with_another_body_is_a_conflict(visitor: Visitor) -> None:
    key = str(uuid.uuid4())
    visitor.send("One", key)
    response = visitor.send("Another", key)
    assert (response.status_code, response.json()["code"]) == (409, "idempotency_conflict")
    assert visitor.texts() == ["One"]


@pytest.mark.parametrize("closed", [False, True])
def test_id_of_an_answer_is_a_conflict(visitor: Visitor, operator: User, closed: bool) -> None:
    key = uuid.uuid4()
    visitor.send("Question")
    posting.post_from_operator(
        conversation_id=visitor.conversation_id, operator=operator, body="Answer", client_message_id=key
    )
    if closed:
        status.close(conversation_id=visitor.conversation_id, actor=operator)
        visitor.send("Another question")
    response = visitor.send("Answer", key)
    assert (response.status_code, response.json()["code"]) == (409, "idempotency_conflict")


def test_repeat_after_closing_starts_no_conversation(visitor: Visitor, operator: User) -> None:
    key = str(uuid.uuid4())
    visitor.send("Once", key)
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    assert visitor.send("Once", key).status_code == 200
    assert Conversation.objects.count() == 1


def test_repeat_after_the_session_moved_on_is_still_a_repeat(visitor: Visitor, operator: User) -> None:
    key = str(uuid.uuid4())
    visitor.send("Once", key)
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    visitor.send("Another")
    assert visitor.send("Once", key).status_code == 200
    assert visitor.texts() == ["Once", "Another"]


def test_resolved_conversation_is_opened_again(visitor: Visitor, operator: User) -> None:
    visitor.send("First")
    status.resolve(conversation_id=visitor.conversation_id, actor=operator)
    assert visitor.send("One more thing").status_code == 201
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.resolved_at) == ("open", None)
    assert list(ConversationEvent.objects.values_list("kind", flat=True)) == ["resolved", "reopened"]


def test_closed_conversation_leads_to_a_new_one(visitor: Visitor, operator: User) -> None:
    visitor.send("First")
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    assert visitor.send("Second").status_code == 201
    old, new = Conversation.objects.order_by("pk")
    assert (old.status, new.status, new.contact) == ("closed", "open", old.contact)
    assert visitor.texts() == ["First", "Second"]
    assert visitor.poll().json()["conversation"]["id"] == new.pk


def test_second_tab_follows_into_the_new_conversation(visitor: Visitor, operator: User) -> None:
    visitor.send("First")
    tab = Visitor(visitor.widget_token)
    tab.bootstrap(visitor_token=visitor.visitor_token)
    seen = tab.poll().json()["messages"][-1]["id"]
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    visitor.send("Second")
    assert [message["body"] for message in tab.poll(seen).json()["messages"]] == ["Second"]
    assert tab.send("Third").status_code == 201
    assert Conversation.objects.count() == 2


def test_conversation_that_was_purged_is_an_invalid_session(visitor: Visitor) -> None:
    Conversation.objects.all().delete()
    assert visitor.send().json()["code"] == "session_invalid"
    assert visitor.poll().json()["code"] == "session_invalid"


@pytest.mark.django_db(transaction=True)
def test_send_takes_at_most_four_statements(visitor: Visitor) -> None:
    visitor.send("warm")
    with CaptureQueriesContext(connection) as queries:
        visitor.send("measured")
    inside = [q["sql"] for q in queries if q["sql"] not in {"BEGIN", "COMMIT"}]
    assert len(inside) <= 4, inside


@pytest.mark.django_db(transaction=True)
def test_parallel_repeats_store_one_message(visitor: Visitor) -> None:
    key = str(uuid.uuid4())
    codes = in_parallel(8, lambda: visitor.send("Once", key).status_code)
    assert sorted(codes) == [200] * 7 + [201]
    assert Message.objects.count() == Conversation.objects.get().unread_count == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_messages_after_closing_share_one_new_conversation(visitor: Visitor, operator: User) -> None:
    visitor.send("First")
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    assert in_parallel(8, lambda: visitor.send("Again").status_code) == [201] * 8
    assert Conversation.objects.count() == 2
    assert Conversation.objects.get(status="open").unread_count == 8


@pytest.mark.django_db(transaction=True)
def test_answer_and_message_at_once_both_count(visitor: Visitor, operator: User) -> None:
    turns = iter(range(12))

    def act() -> None:
        if next(turns) % 2:
            posting.post_from_operator(
                conversation_id=visitor.conversation_id, operator=operator, body="Answer"
            )
        else:
            assert visitor.send("Question").status_code == 201

    in_parallel(12, act)
    conversation = Conversation.objects.get()
    ids = list(Message.objects.order_by("created_at", "pk").values_list("pk", flat=True))
    assert ids == sorted(ids)
    assert (len(ids), conversation.last_message_id) == (12, ids[-1])
    assert ConversationEvent.objects.filter(kind="assigned").count() == 1


def test_answer_just_before_the_end_is_not_lost_in_the_new_conversation(
    visitor: Visitor, operator: User
) -> None:
    seen = visitor.send("First").json()["id"]
    posting.post_from_operator(conversation_id=visitor.conversation_id, operator=operator, body="Goodbye")
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    visitor.send("Second")
    assert [message["body"] for message in visitor.poll(seen).json()["messages"]] == ["Goodbye", "Second"]
    again = visitor.bootstrap(visitor_token=visitor.visitor_token).json()
    assert [message["body"] for message in again["initial_messages"]] == ["First", "Goodbye", "Second"]
