"""Poll: everything new, once and in order, and nothing that isn't the visitor's."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.models import User
from messenger.models import AgentProfile, Contact, Conversation, Inbox, Message
from messenger.services import posting, reading, status, typing
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


def answer(visitor: Visitor, operator: User, body: str = "Yes") -> Message:
    return posting.post_from_operator(conversation_id=visitor.conversation_id, operator=operator, body=body)


def note(visitor: Visitor, operator: User) -> Message:
    return Message.objects.create(
        conversation_id=visitor.conversation_id,
        direction="internal",
        sender_user=operator,
        body="A secret note",
    )


def test_bad_since_id_is_invalid(visitor: Visitor) -> None:
    for since_id in (
        "abc",
        "-1",
        "1.5",
        "1e3",
        "+5",
        "0x1",
        " 5",
        "٣",
        "\0",
        "9223372036854775808",
        "9" * 40,
    ):
        response = visitor.poll(since_id)
        assert (response.status_code, response.json()["code"]) == (400, "invalid"), since_id
        assert list(response.json()["fields"]) == ["since_id"]


def test_utmost_since_ids_are_taken(visitor: Visitor) -> None:
    for since_id in ("", "0", "9223372036854775807"):
        assert visitor.poll(since_id).status_code == 200


def test_missing_since_id_means_from_the_start(visitor: Visitor) -> None:
    visitor.send("First")
    response = visitor.client.get("/api/widget/poll/", headers=visitor.headers)
    assert [message["body"] for message in response.json()["messages"]] == ["First"]


def test_answer_has_the_fields_of_the_contract_and_no_more(visitor: Visitor, operator: User) -> None:
    answer(visitor, operator)
    view = visitor.poll().json()
    assert set(view) == {
        "messages", "has_more", "operator_typing", "operator_read_up_to", "rating_requested", "rating_type",
        "rating_max_score", "conversation",
    }  # fmt: skip
    assert set(view["conversation"]) == {"id", "status", "assignee_name", "assignee_avatar"}
    assert set(view["messages"][0]) == {
        "id", "direction", "body", "created_at", "read_at", "sender_name", "sender_avatar", "client_message_id",
        "attachments",
    }  # fmt: skip


def test_both_directions_come_oldest_first(visitor: Visitor, operator: User) -> None:
    first = visitor.send("Question").json()["id"]
    second = answer(visitor, operator, "Answer").pk
    third = visitor.send("Thanks").json()["id"]
    messages = visitor.poll().json()["messages"]
    assert [(m["id"], m["direction"]) for m in messages] == [(first, "in"), (second, "out"), (third, "in")]
    assert [m["id"] for m in visitor.poll(first).json()["messages"]] == [second, third]
    assert visitor.poll(third).json()["messages"] == []


def test_pages_of_fifty_lose_nothing(visitor: Visitor, operator: User) -> None:
    stored = [answer(visitor, operator, str(number)).pk for number in range(101)]
    pages: list[Any] = []
    since = 0
    while not pages or pages[-1]["has_more"]:
        pages.append(visitor.poll(since).json())
        since = pages[-1]["messages"][-1]["id"]
    assert [len(page["messages"]) for page in pages] == [50, 50, 1]
    assert [m["id"] for page in pages for m in page["messages"]] == stored


def test_exactly_fifty_have_no_more(visitor: Visitor, operator: User) -> None:
    for _ in range(50):
        answer(visitor, operator)
    view = visitor.poll().json()
    assert (len(view["messages"]), view["has_more"]) == (50, False)


def test_internal_notes_reach_no_endpoint(visitor: Visitor, operator: User) -> None:
    visitor.send("Question")
    notes = [note(visitor, operator) for _ in range(60)]
    last = answer(visitor, operator, "Answer")
    polled, again = visitor.poll(), visitor.bootstrap(visitor_token=visitor.visitor_token)
    read = visitor.post("mark_read/", {"message_ids": [n.pk for n in notes[:50]]})
    for response in (polled, again, read, visitor.poll(notes[0].pk)):
        assert response.status_code == 200
        assert b"secret" not in response.content
    assert [m["body"] for m in polled.json()["messages"]] == ["Question", "Answer"]
    assert polled.json()["has_more"] is False
    assert [m["id"] for m in again.json()["initial_messages"]][-1] == last.pk
    assert not Message.objects.filter(direction="internal", read_at__isnull=False).exists()


def test_other_conversations_stay_out_of_sight(visitor: Visitor, operator: User) -> None:
    neighbour = Visitor(visitor.widget_token)
    neighbour.bootstrap()
    neighbour.send("My card number")
    answer(neighbour, operator, "Noted")
    assert visitor.texts() == []


@pytest.mark.parametrize("parameter", ["conversation_id", "contact_id", "conversation"])
def test_no_parameter_leads_to_another_conversation(visitor: Visitor, parameter: str) -> None:
    neighbour = Visitor(visitor.widget_token)
    neighbour.bootstrap()
    neighbour.send("My card number")
    query = {parameter: neighbour.conversation_id}
    response = visitor.client.get("/api/widget/poll/", query, headers=visitor.headers)
    assert response.json()["messages"] == []
    visitor.send("Hello", **{parameter: neighbour.conversation_id})
    assert neighbour.texts() == ["My card number"]


@pytest.mark.django_db(transaction=True)
def test_operator_typing_is_shown_until_the_answer_is_there(visitor: Visitor, operator: User) -> None:
    typing.mark_typing(visitor.conversation_id, "contact")
    assert visitor.poll().json()["operator_typing"] is False
    typing.mark_typing(visitor.conversation_id, "operator")
    assert visitor.poll().json()["operator_typing"] is True
    answer(visitor, operator)
    assert visitor.poll().json()["operator_typing"] is False


def test_operator_read_up_to_follows_the_operator(visitor: Visitor, operator: User) -> None:
    visitor.send("One")
    last = visitor.send("Two").json()["id"]
    assert visitor.poll().json()["operator_read_up_to"] == 0
    reading.mark_read_by_operator(conversation_id=visitor.conversation_id, operator=operator)
    assert visitor.poll().json()["operator_read_up_to"] == last


@pytest.mark.parametrize(
    ("first_name", "display_name", "shown"),
    [("Anna", "", "Anna"), ("Anna", "Support", "Support"), ("", "", "Operator"), ("", "Support", "Support")],
)
def test_operators_name_is_never_the_log_in(
    visitor: Visitor, operator: User, first_name: str, display_name: str, shown: str
) -> None:
    User.objects.filter(pk=operator.pk).update(first_name=first_name)
    AgentProfile.objects.filter(user=operator).update(display_name=display_name)
    answer(visitor, operator)
    response = visitor.poll()
    assert response.json()["conversation"]["assignee_name"] == shown
    assert response.json()["messages"][0]["sender_name"] == shown
    for private in (b"anna@example.com", b'"anna"', b"Sergeeva"):
        assert private not in response.content


def test_name_of_the_contact_is_the_senders(visitor: Visitor) -> None:
    Contact.objects.update(name="Maria")
    visitor.send("Hello")
    assert visitor.poll().json()["messages"][0]["sender_name"] == "Maria"


@pytest.mark.parametrize(("kind", "highest"), [("stars", 5), ("nps", 10)])
def test_rating_is_asked_for_after_the_end(visitor: Visitor, operator: User, kind: str, highest: int) -> None:
    Inbox.objects.update(rating_enabled=True, rating_type=kind)
    visitor.send("Hello")
    assert visitor.poll().json()["rating_requested"] is False
    status.resolve(conversation_id=visitor.conversation_id, actor=operator)
    view = visitor.poll().json()
    assert (view["rating_requested"], view["rating_type"], view["rating_max_score"]) == (True, kind, highest)
    assert visitor.post("rate/", {"score": highest}).status_code == 200
    assert visitor.poll().json()["rating_requested"] is False


def test_rating_is_not_asked_for_where_it_is_off(visitor: Visitor, operator: User) -> None:
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    assert visitor.poll().json()["rating_requested"] is False


def test_blocked_contact_is_refused(visitor: Visitor) -> None:
    Contact.objects.update(is_blocked=True)
    response = visitor.poll()
    assert (response.status_code, response.json()["code"]) == (403, "blocked")


def test_reading_stores_nothing(visitor: Visitor, operator: User) -> None:
    answer(visitor, operator)
    before = Conversation.objects.values().get()
    visitor.poll()
    assert Conversation.objects.values().get() == before
    assert Message.objects.get().read_at is None


def test_poll_takes_at_most_two_statements(visitor: Visitor, operator: User) -> None:
    for _ in range(60):
        answer(visitor, operator)
    assert statements_of_poll(visitor) <= 2
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    assert statements_of_poll(visitor) <= 2


def statements_of_poll(visitor: Visitor) -> int:
    visitor.poll()
    with CaptureQueriesContext(connection) as queries:
        assert visitor.poll().status_code == 200
    return len(queries)


def test_messages_of_closed_and_new_conversation_come_in_pages(visitor: Visitor, operator: User) -> None:
    """A second tab that slept through the end of one conversation and much of the next misses nothing."""
    tab = Visitor(visitor.widget_token)
    tab.bootstrap(visitor_token=visitor.visitor_token)
    stored: list[Any] = [answer(visitor, operator, str(n)).pk for n in range(40)]
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    stored.append(visitor.send("Again").json()["id"])
    successor = Conversation.objects.get(status="open").pk
    stored += [
        posting.post_from_operator(conversation_id=successor, operator=operator, body=str(n)).pk
        for n in range(30)
    ]
    first = tab.poll().json()
    second = tab.poll(first["messages"][-1]["id"]).json()
    assert [m["id"] for m in first["messages"] + second["messages"]] == stored
    assert (first["has_more"], second["has_more"]) == (True, False)
