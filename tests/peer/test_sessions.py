"""Who a visitor is, where tokens may stand, and what to do when told to wait, to prove something or to come again."""

import hashlib
import hmac
from pathlib import Path

import pytest

from messenger.models import Contact, Inbox, Message
from tests.peer.client import Peer, Place
from tests.peer.conftest import SETTINGS, NewHttp, NewPeer, conversation_of
from tests.stream.server import stream_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

DOCUMENT = ("a.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")


def sign(inbox: Inbox, external_id: str) -> str:
    """As the shop's own server does it."""
    return hmac.new(inbox.identity_secret.encode(), external_id.encode(), hashlib.sha256).hexdigest()


# --- Who is who ---------------------------------------------------------------------------------------------


def test_who_comes_back_by_the_visitor_token_finds_the_conversation(peer: Peer, new_peer: NewPeer) -> None:
    peer.send("I will be back").raise_for_status()
    other_tab = new_peer()
    other_tab.visitor_token = peer.visitor_token
    found = other_tab.bootstrap().json()
    assert found["conversation_id"] == conversation_of(peer).pk
    assert [message["body"] for message in found["initial_messages"]] == ["I will be back"]
    assert found["widget_session_token"] != peer.session_token


def test_whom_the_site_vouches_for_is_known_in_another_browser(inbox: Inbox, new_peer: NewPeer) -> None:
    known = {"contact_external_id": "client-7", "identity_hash": sign(inbox, "client-7")}
    first, second = new_peer(), new_peer()
    first.bootstrap(**known, name="Maria").raise_for_status()
    first.send("From my phone").raise_for_status()
    second.bootstrap(**known).raise_for_status()
    assert [message["body"] for message in second.new_messages()] == ["From my phone"]


@pytest.mark.parametrize(
    "claim",
    [
        {"email": "maria@shop.example"},
        {"phone": "+7 900 123-45-67"},
        {"contact_external_id": "client-7"},
        {"visitor_token": "forged"},
    ],
    ids=lambda claim: next(iter(claim)),
)
def test_claim_opens_nobodys_conversation(inbox: Inbox, new_peer: NewPeer, claim: dict[str, str]) -> None:
    known = {"contact_external_id": "client-7", "identity_hash": sign(inbox, "client-7")}
    maria, stranger = new_peer(), new_peer()
    maria.bootstrap(**known, email="maria@shop.example", phone="+7 900 123-45-67").raise_for_status()
    maria.send("My card number is").raise_for_status()
    assert stranger.bootstrap(**claim).json()["initial_messages"] == []
    assert stranger.new_messages() == []


def test_wrong_signature_is_refused(inbox: Inbox, new_peer: NewPeer) -> None:
    refused = new_peer().bootstrap(contact_external_id="client-7", identity_hash=sign(inbox, "client-8"))
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert not Contact.objects.exists()


def test_missing_signature_is_refused_where_identity_is_demanded(inbox: Inbox, new_peer: NewPeer) -> None:
    Inbox.objects.update(identity_required=True)
    for claims in ({}, {"contact_external_id": "client-7"}):
        refused = new_peer().bootstrap(**claims)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid")


# --- Where the tokens stand ---------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["headers", "json", "form", "query"])
def test_tokens_are_taken_at_every_place(new_peer: NewPeer, place: Place) -> None:
    peer = new_peer(place)
    assert peer.bootstrap(name="Maria").status_code == 200
    sent = peer.send("Hello")
    assert sent.status_code == 201
    assert peer.new_messages() == [sent.json()]
    assert peer.send(files=[DOCUMENT]).status_code == 201
    assert peer.typing().json() == {"status": "ok"}
    assert peer.mark_read(last_message_id=sent.json()["id"]).json()["status"] == "ok"
    assert peer.contact(name="Masha").json()["name"] == "Masha"
    assert peer.rate(5).json()["fields"].keys() == {"score"}
    with peer.listen() as stream:
        assert stream.next().name == "ready"


# --- Told to come again -------------------------------------------------------------------------------------


def test_expired_session_is_renewed_unseen(peer: Peer) -> None:
    peer.send("Before").raise_for_status()
    peer.session_token = "expired"
    assert peer.send("After").status_code == 201
    assert [message["body"] for message in peer.new_messages()] == ["Before", "After"]


def test_suspect_solves_the_challenge_and_goes_on(peer: Peer, new_peer: NewPeer) -> None:
    for _ in range(3):
        spam = peer.http.post(
            "/api/widget/send/",
            headers={"X-Widget-Token": peer.widget_token, "X-Widget-Session": peer.session_token},
            json={"body": "Buy!", "hp": "http://spam.example"},
        )
        assert (spam.status_code, spam.json()["code"]) == (400, "spam")
    refused = peer.ask_once("POST", "send/", {"body": "I am no robot"})
    assert (refused.status_code, refused.json()["code"]) == (403, "captcha_required")
    assert not Message.objects.exists()
    assert peer.send("I am no robot").status_code == 201
    told_beforehand = new_peer()
    assert told_beforehand.bootstrap().json()["captcha_required"] is True
    assert told_beforehand.ask_once("POST", "send/", {"body": "Me neither"}).status_code == 201


def test_who_is_throttled_waits_as_long_as_told(peer: Peer) -> None:
    waits: list[float] = []
    wait = peer.sleep

    def count_and_wait(seconds: float) -> None:
        waits.append(seconds)
        wait(seconds)

    peer.sleep = count_and_wait
    for number in range(8):
        assert peer.send(str(number), files=[DOCUMENT]).status_code == 201
        if waits:
            break
    assert 1 <= waits[0] <= 2
    assert [message["body"] for message in peer.new_messages()] == [str(sent) for sent in range(number + 1)]


def test_messenger_that_is_off_says_only_that(new_http: NewHttp, inbox: Inbox, tmp_path: Path) -> None:
    off = SETTINGS | {"MESSENGER_ENABLED": "0"}
    with stream_server(tmp_path, "crm.asgi:application", **off) as server:
        peer = Peer(new_http(server.port), inbox.widget_token)
        asked = [
            peer.bootstrap(),
            peer.send("Hello"),
            peer.poll(),
            peer.typing(),
            peer.rate(5),
            peer.contact(),
        ]
        with peer.listen() as stream:
            asked.append(stream.refusal())
        for response in asked:
            assert (response.status_code, response.json()) == (404, {"detail": "Messenger disabled"})
