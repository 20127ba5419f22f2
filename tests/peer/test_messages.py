"""Nothing is lost, nothing comes twice, and all is in order."""

import uuid

import pytest

from crm.models import User
from messenger.models import Message
from tests.peer.client import Peer, ids
from tests.peer.conftest import NewPeer, conversation_of
from tests.stream.people import answer

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 60


@pytest.fixture
def wordy(peer: Peer, operator: User) -> list[int]:
    """Ids of what the operator has written while the visitor was away."""
    conversation = conversation_of(peer)
    return [answer(operator, conversation, f"Part {number}").pk for number in range(MANY)]


def test_same_message_twice_is_stored_once(peer: Peer) -> None:
    peer.contact(name="Maria").raise_for_status()
    message_id = str(uuid.uuid4())
    first = peer.send("Hello", client_message_id=message_id)
    second = peer.send("Hello", client_message_id=message_id)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert peer.new_messages() == [first.json()]
    assert (first.json()["client_message_id"], first.json()["sender_name"]) == (message_id, "Maria")
    assert Message.objects.count() == 1


def test_another_text_under_the_same_id_is_a_conflict(peer: Peer) -> None:
    message_id = str(uuid.uuid4())
    peer.send("Hello", client_message_id=message_id).raise_for_status()
    refused = peer.send("Good-bye", client_message_id=message_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_conflict")


def test_repeat_after_the_session_was_renewed_is_the_same_message(peer: Peer) -> None:
    message_id = str(uuid.uuid4())
    peer.send("Hello", client_message_id=message_id).raise_for_status()
    peer.session_token = "expired"
    assert peer.send("Hello", client_message_id=message_id).status_code == 200


def test_polls_bring_all_page_by_page(peer: Peer, wordy: list[int]) -> None:
    first = peer.poll().json()
    assert (len(first["messages"]), first["has_more"]) == (50, True)
    assert ids(peer.new_messages()) == wordy
    assert peer.new_messages() == []
    assert ids(peer.poll(wordy[-2]).json()["messages"]) == wordy[-1:]


def test_bootstrap_brings_the_last_ones_oldest_first(peer: Peer, wordy: list[int]) -> None:
    answer_ = peer.bootstrap().json()
    shown = ids(answer_["initial_messages"])
    assert shown == wordy[-len(shown) :]
    assert len(shown) == 50


def test_stream_brings_all_and_goes_on_where_it_was_cut(peer: Peer, operator: User, wordy: list[int]) -> None:
    heard: list[int] = []
    with peer.listen() as stream:
        heard += ids(stream.next("update").data["messages"])
    assert 0 < len(heard) < MANY, "it is cut in the middle"
    conversation = conversation_of(peer)
    wordy.append(answer(operator, conversation, "While you were away").pk)
    for text in ("And now", "And still"):
        with peer.listen() as stream:
            assert stream.next().name == "ready"
            while heard[-1] < wordy[-1]:
                heard += ids(stream.next("update").data["messages"])
            wordy.append(answer(operator, conversation, text).pk)
            heard += ids(stream.next("update").data["messages"])
    assert heard == wordy


def test_since_id_of_the_query_and_last_event_id_agree(
    peer: Peer, new_peer: NewPeer, wordy: list[int]
) -> None:
    with peer.listen(since_id=wordy[-3]) as stream:
        assert ids(stream.next("update").data["messages"]) == wordy[-2:]
    peer.last_event_id = str(wordy[-2])
    with peer.listen(since_id=0) as stream:
        assert ids(stream.next("update").data["messages"]) == wordy[-1:]


@pytest.mark.parametrize("since_id", ["x", "-1", "1.5", str(2**63), "1e3"])
def test_bad_since_id_is_refused(peer: Peer, since_id: str) -> None:
    answers = [peer.ask_once("GET", "poll/", {"since_id": since_id})]
    with peer.listen(since_id=since_id) as stream:
        answers.append(stream.refusal())
    peer.last_event_id = since_id
    with peer.listen() as stream:
        answers.append(stream.refusal())
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(400, "invalid")}


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001], ids=["empty", "blank", "too long"])
def test_bad_text_is_refused(peer: Peer, text: str) -> None:
    refused = peer.send(text)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert refused.json()["fields"].keys() == {"body"}
    assert not Message.objects.exists()


def test_longest_text_comes_as_it_was_written(peer: Peer) -> None:
    text = "😀 **bold**\n<b>&amp;</b> \u200d" + "ы" * 1970
    peer.send(text).raise_for_status()
    assert peer.new_messages()[0]["body"] == text
