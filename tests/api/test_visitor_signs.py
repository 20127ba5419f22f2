"""What a visitor tells beside messages: typing, reading, rating."""

from typing import Any

import pytest

from crm.models import User
from messenger.models import Contact, Conversation, ConversationEvent, Inbox, Message
from messenger.services import posting, status, typing
from tests.api.endpoints import WITH_SESSION, Endpoint
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def neighbour(visitor: Visitor) -> Visitor:
    """Somebody else on the same site."""
    neighbour = Visitor(visitor.widget_token)
    neighbour.bootstrap()
    return neighbour


@pytest.fixture
def finished(visitor: Visitor, operator: User) -> Visitor:
    """A visitor whose question is answered, in an inbox that asks for stars."""
    Inbox.objects.update(rating_enabled=True)
    visitor.send("Hello")
    status.resolve(conversation_id=visitor.conversation_id, actor=operator)
    return visitor


def answers(visitor: Visitor, operator: User, count: int = 3) -> list[int]:
    return [
        posting.post_from_operator(conversation_id=visitor.conversation_id, operator=operator, body=str(n)).pk
        for n in range(count)
    ]


def read_ids() -> list[int]:
    return list(Message.objects.filter(read_at__isnull=False).order_by("pk").values_list("pk", flat=True))


# --- Typing ------------------------------------------------------------------------------------------------


def test_typing_is_told_of_this_conversation_only(visitor: Visitor, neighbour: Visitor) -> None:
    response = visitor.post("typing/")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert typing.typing_state(visitor.conversation_id) == (False, True)
    assert typing.typing_state(neighbour.conversation_id) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_typing_ends_when_the_message_is_sent(visitor: Visitor) -> None:
    visitor.post("typing/")
    visitor.send("Hello")
    assert typing.typing_state(visitor.conversation_id) == (False, False)


def test_typing_is_forgotten_after_eight_seconds(visitor: Visitor, redis_life: Any) -> None:
    visitor.post("typing/")
    assert 7 <= redis_life(f"messenger:typing:{visitor.conversation_id}:contact") <= 8


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_typing_needs_no_body(visitor: Visitor, body: bytes) -> None:
    response = visitor.client.post(
        "/api/widget/typing/", body, content_type="application/json", headers=visitor.headers
    )
    assert response.status_code == 200


# --- Reading -----------------------------------------------------------------------------------------------


def test_garbage_is_invalid_and_marks_nothing(visitor: Visitor, operator: User) -> None:
    answers(visitor, operator)
    garbage: list[dict[str, Any]] = [
        {},
        {"last_message_id": None},
        {"last_message_id": -1},
        {"last_message_id": "many"},
        {"last_message_id": 1.5},
        {"last_message_id": True},
        {"last_message_id": [1]},
        {"last_message_id": 2**63},
        {"last_message_id": "9" * 40},
        {"message_ids": []},
        {"message_ids": "1"},
        {"message_ids": {"1": 1}},
        {"message_ids": [[1]]},
        {"message_ids": [None]},
        {"message_ids": [True]},
        {"message_ids": [-1]},
        {"message_ids": [1, "x"]},
        {"message_ids": [2**63]},
        {"message_ids": list(range(501))},
    ]
    for body in garbage:
        response = visitor.post("mark_read/", body)
        assert (response.status_code, response.json()["code"]) == (400, "invalid"), body
        assert response.json()["fields"]
    assert read_ids() == []


def test_number_of_thousands_of_digits_is_invalid(visitor: Visitor) -> None:
    response = visitor.client.post(
        "/api/widget/mark_read/",
        '{"last_message_id": 1%s}' % ("0" * 5_000),
        content_type="application/json",
        headers=visitor.headers,
    )
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_up_to_an_id(visitor: Visitor, operator: User) -> None:
    first, second, _third = answers(visitor, operator)
    response = visitor.post("mark_read/", {"last_message_id": second})
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert read_ids() == [first, second]
    shown = {m["id"]: m["read_at"] for m in visitor.poll().json()["messages"]}
    assert shown[first] == shown[second] == response.json()["read_at"]


@pytest.mark.parametrize("form", ["json", "form", "text"])
def test_of_these_ids(visitor: Visitor, operator: User, form: str) -> None:
    first, _second, third = answers(visitor, operator)
    if form == "form":
        visitor.client.post(
            "/api/widget/mark_read/", {"message_ids": [first, third]}, headers=visitor.headers
        )
    else:
        ids = [str(first), str(third)] if form == "text" else [first, third]
        visitor.post("mark_read/", {"message_ids": ids})
    assert read_ids() == [first, third]


def test_earlier_reading_times_stay(visitor: Visitor, operator: User) -> None:
    first = answers(visitor, operator, 1)[0]
    visitor.post("mark_read/", {"last_message_id": first})
    earlier = Message.objects.get(pk=first).read_at
    second = answers(visitor, operator, 1)[0]
    visitor.post("mark_read/", {"last_message_id": second})
    visitor.post("mark_read/", {"message_ids": [first, second]})
    assert Message.objects.get(pk=first).read_at == earlier
    assert read_ids() == [first, second]


def test_own_messages_and_notes_are_never_marked(visitor: Visitor, operator: User) -> None:
    sent = visitor.send("Hello").json()["id"]
    note = Message.objects.create(
        conversation_id=visitor.conversation_id, direction="internal", sender_user=operator, body="note"
    ).pk
    visitor.post("mark_read/", {"message_ids": [sent, note]})
    visitor.post("mark_read/", {"last_message_id": 2**62})
    assert read_ids() == []


def test_messages_of_others_stay_unread(visitor: Visitor, neighbour: Visitor, operator: User) -> None:
    theirs = answers(neighbour, operator)
    mine = answers(visitor, operator, 1)
    visitor.post("mark_read/", {"message_ids": [*theirs, *mine]})
    visitor.post("mark_read/", {"last_message_id": 2**63 - 1})
    assert read_ids() == mine


# --- Rating ------------------------------------------------------------------------------------------------


def test_bad_score_is_invalid_and_not_stored(finished: Visitor) -> None:
    for score in (None, "", "five", -1, 0, 6, 99_999_999_999, 4.5, True, [5], "٥", "5 stars"):
        response = finished.post("rate/", {"score": score})
        assert (response.status_code, response.json()["code"]) == (400, "invalid"), score
        assert list(response.json()["fields"]) == ["score"]
    assert Conversation.objects.get().rated_at is None


def test_bad_comment_is_invalid_and_not_stored(finished: Visitor) -> None:
    for comment in ("x" * 2001, "nul\0", ["text"], {"a": 1}, 5):
        response = finished.post("rate/", {"score": 5, "comment": comment})
        assert (response.status_code, response.json()["code"]) == (400, "invalid"), comment
        assert list(response.json()["fields"]) == ["comment"]
    assert Conversation.objects.get().rated_at is None


@pytest.mark.parametrize(("score", "taken"), [(0, True), (10, True), (11, False)])
def test_recommendation_goes_from_0_to_10(finished: Visitor, score: int, taken: bool) -> None:
    Inbox.objects.update(rating_type="nps")
    assert (finished.post("rate/", {"score": score}).status_code == 200) is taken


def test_running_conversation_is_not_rated(finished: Visitor) -> None:
    finished.send("One more thing")
    assert finished.post("rate/", {"score": 5}).json()["code"] == "invalid"


def test_inbox_without_rating_takes_none(finished: Visitor) -> None:
    Inbox.objects.update(rating_enabled=False)
    assert finished.post("rate/", {"score": 5}).json()["code"] == "invalid"


def test_rating_is_stored_with_its_event(finished: Visitor) -> None:
    response = finished.post("rate/", {"score": "5", "comment": " Thank you! "})
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    rated = Conversation.objects.get()
    assert (rated.rating_score, rated.rating_comment) == (5, "Thank you!")
    event = ConversationEvent.objects.get(kind="rated")
    assert (event.data, event.actor) == ({"score": 5}, None)


def test_second_rating_is_refused_and_changes_nothing(finished: Visitor) -> None:
    finished.post("rate/", {"score": 5, "comment": "Good"})
    response = finished.post("rate/", {"score": 1, "comment": "Bad"})
    assert (response.status_code, response.json()["code"]) == (409, "already_rated")
    rated = Conversation.objects.get()
    assert (rated.rating_score, rated.rating_comment) == (5, "Good")


def test_closed_conversation_is_rated_too(finished: Visitor, operator: User) -> None:
    status.close(conversation_id=finished.conversation_id, actor=operator)
    assert finished.post("rate/", {"score": 4}).status_code == 200


@pytest.mark.parametrize("endpoint", WITH_SESSION, ids=lambda endpoint: endpoint.path)
def test_blocked_contact_is_refused_everywhere(visitor: Visitor, endpoint: Endpoint) -> None:
    Contact.objects.update(is_blocked=True)
    response = endpoint.ask(visitor)
    assert (response.status_code, response.json()["code"]) == (403, "blocked")
