"""A visit from its beginning to its end, told by strangers who know the contract alone."""

import time

import httpx
import pytest

from crm.models import User
from messenger.models import Inbox
from messenger.services import reading, status, typing
from tests.peer.client import Peer
from tests.peer.conftest import NewPeer, conversation_of
from tests.stream.people import answer

pytestmark = pytest.mark.django_db(transaction=True)


def test_both_write_read_and_type(peer: Peer, operator: User, operator_http: httpx.Client) -> None:
    assert peer.send("Do you deliver?").status_code == 201
    conversation = conversation_of(peer)
    status.take(conversation_id=conversation.pk, operator=operator)
    assert operator_http.get("/api/messenger/unread/").json() == {"unread": 1}

    with peer.listen() as stream:
        assert stream.next().name == "ready"
        assert [message["body"] for message in stream.next("update").data["messages"]] == ["Do you deliver?"]

        peer.typing().raise_for_status()
        url = f"/api/messenger/conversations/{conversation.pk}/typing/"
        assert operator_http.get(url).json() == {"operator_typing": False, "contact_typing": True}
        assert operator_http.post(url).json()["operator_typing"] is True
        assert stream.next("update").data["operator_typing"] is True

        reading.mark_read_by_operator(conversation_id=conversation.pk, operator=operator)
        assert stream.next("update").data["operator_read_up_to"] == peer.new_messages()[0]["id"]

        answer(operator, conversation, "Yes, tomorrow")
        heard = stream.next("update")
        [message] = heard.data["messages"]
        assert (message["direction"], message["body"]) == ("out", "Yes, tomorrow")
        assert (message["sender_name"], message["read_at"]) == ("Anna", None)
        assert heard.id == str(message["id"]) == str(heard.data["since_id"])

    told = peer.mark_read(last_message_id=message["id"]).json()
    assert peer.poll(0).json()["messages"][-1]["read_at"] == told["read_at"]
    time_of_reading = told["read_at"]
    peer.mark_read(message_ids=[message["id"]]).raise_for_status()
    assert peer.poll(0).json()["messages"][-1]["read_at"] == time_of_reading, "an earlier reading stays"


@pytest.mark.parametrize(
    ("rating_type", "highest", "refused"), [("stars", 5, (0, 6, -1)), ("nps", 10, (-1, 11))]
)
def test_rating_once_at_the_end(
    inbox: Inbox, operator: User, peer: Peer, rating_type: str, highest: int, refused: tuple[int, ...]
) -> None:
    Inbox.objects.update(rating_enabled=True, rating_type=rating_type)
    peer.send("Thanks").raise_for_status()
    assert peer.rate(highest).json()["code"] == "invalid", "too early"
    conversation = conversation_of(peer)
    with peer.listen() as stream:
        assert stream.next("update").data["rating_requested"] is False
        status.resolve(conversation_id=conversation.pk, actor=operator)
        told = stream.next("update").data
    assert (told["rating_requested"], told["rating_type"], told["rating_max_score"]) == (
        True,
        rating_type,
        highest,
    )
    for score in refused:
        assert peer.rate(score).json()["code"] == "invalid"
    assert peer.rate(highest, "Quick and kind").json() == {"status": "ok"}
    again = peer.rate(1)
    assert (again.status_code, again.json()["code"]) == (409, "already_rated")
    assert peer.poll().json()["rating_requested"] is False


def test_what_was_resolved_is_reopened_and_what_was_closed_goes_on_in_a_new_one(
    peer: Peer, operator: User
) -> None:
    peer.send("First").raise_for_status()
    first = conversation_of(peer)
    status.resolve(conversation_id=first.pk, actor=operator)
    assert peer.poll().json()["conversation"]["status"] == "resolved"
    peer.send("Second").raise_for_status()
    assert peer.poll().json()["conversation"] == {
        "id": first.pk,
        "status": "open",
        "assignee_name": None,
        "assignee_avatar": None,
    }
    status.close(conversation_id=first.pk, actor=operator)
    peer.send("Third").raise_for_status()
    assert conversation_of(peer).pk != first.pk
    assert conversation_of(peer).contact_id == first.contact_id
    assert [message["body"] for message in peer.new_messages()] == ["First", "Second", "Third"]


def test_details_and_consent(inbox: Inbox, new_peer: NewPeer) -> None:
    Inbox.objects.update(
        prechat_name="required", prechat_email="optional", privacy_text="We keep it.", consent_required=True
    )
    peer = new_peer()
    asked = peer.bootstrap().json()
    assert asked["prechat_fields"] == {"name": "required", "email": "optional"}
    assert (asked["prechat_required"], asked["consent_required"]) == (True, True)
    assert peer.send("Hello").json()["fields"].keys() == {"consent"}

    refused = peer.contact(email="not an email")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert refused.json()["fields"].keys() == {"email"}
    given = {"name": "Maria", "email": "maria@shop.example", "phone": "+7 900 123-45-67"}
    assert peer.contact(**given, consent=True).json() == given | {"consent": True}
    assert peer.send("Hello").status_code == 201

    again = peer.bootstrap().json()
    assert (again["prechat_fields"], again["prechat_required"], again["consent_required"]) == (
        {},
        False,
        False,
    )


def test_nobody_hears_what_operators_tell_each_other(peer: Peer, operator: User) -> None:
    peer.send("Hello").raise_for_status()
    conversation = conversation_of(peer)
    with peer.listen() as stream:
        stream.next("update")
        conversation.messages.create(direction="internal", sender_user=operator, body="A difficult one")
        typing.mark_typing(conversation.pk, "operator")
        assert stream.next("update").data["messages"] == []
    answer(operator, conversation, "Good day")
    assert [message["body"] for message in peer.new_messages()] == ["Hello", "Good day"]


def test_answer_comes_at_once(peer: Peer, operator: User) -> None:
    peer.send("Hello").raise_for_status()
    conversation = conversation_of(peer)
    with peer.listen() as stream:
        stream.next("update")
        begun = time.monotonic()
        answer(operator, conversation, "Good day")
        stream.next("update")
        assert time.monotonic() - begun < 2
