"""Origins, and every other way to be refused."""

import httpx
import pytest

from messenger.models import Contact, Inbox
from tests.peer.client import Peer
from tests.peer.conftest import NewHttp, NewPeer

pytestmark = pytest.mark.django_db(transaction=True)

SHOP = "https://shop.example.com"
ENDPOINTS = {
    "bootstrap/": "POST",
    "send/": "POST",
    "poll/": "GET",
    "stream/": "GET",
    "typing/": "POST",
    "mark_read/": "POST",
    "rate/": "POST",
    "contact/": "POST",
    "attachment/6f0c1f0e-1111-4111-8111-111111111111/": "GET",
}


@pytest.mark.parametrize(("path", "method"), ENDPOINTS.items())
def test_preflight(new_http: NewHttp, path: str, method: str) -> None:
    asked = {"Origin": SHOP, "Access-Control-Request-Method": method}
    response = new_http().options(f"/api/widget/{path}", headers=asked)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert method in response.headers["Access-Control-Allow-Methods"]
    allowed = response.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"content-type", "x-widget-token", "x-widget-session", "last-event-id"} <= set(allowed)
    assert response.headers["Access-Control-Max-Age"] == "86400"
    assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_any_origin_may_ask_where_none_is_named(new_peer: NewPeer) -> None:
    response = new_peer(Origin=SHOP).bootstrap()
    assert response.headers["Access-Control-Allow-Origin"] == SHOP
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_only_named_origins_may_ask(inbox: Inbox, new_peer: NewPeer) -> None:
    Inbox.objects.update(allowed_origins=[SHOP])
    assert new_peer(Origin=SHOP).bootstrap().headers["Access-Control-Allow-Origin"] == SHOP
    refused = new_peer(Origin="https://elsewhere.example.com").bootstrap()
    assert (refused.status_code, refused.json()["code"]) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert "Origin" in refused.headers["Vary"]


def every_answer(peer: Peer) -> list[httpx.Response]:
    """Of each endpoint that wants a session."""
    answers = [
        peer.poll(),
        peer.typing(),
        peer.mark_read(last_message_id=1),
        peer.rate(5),
        peer.contact(name="A"),
    ]
    answers += [
        peer.send("Hello"),
        peer.download({"id": "6f0c1f0e-1111-4111-8111-111111111111"}, by_tokens=True),
    ]
    with peer.listen() as stream:
        return [*answers, stream.refusal()]


def refusals(peer: Peer) -> set[tuple[int, str]]:
    return {(answer.status_code, answer.json()["code"]) for answer in every_answer(peer)}


def test_session_of_another_inbox(peer: Peer, global_inbox: Inbox) -> None:
    peer.widget_token = global_inbox.widget_token
    assert refusals(peer) == {(403, "session_mismatch")}


def test_blocked_contact(peer: Peer) -> None:
    Contact.objects.update(is_blocked=True)
    assert refusals(peer) == {(403, "blocked")}


def test_unknown_and_inactive_inbox(peer: Peer, inbox: Inbox) -> None:
    known, peer.widget_token = peer.widget_token, "nobody"
    assert refusals(peer) == {(404, "inbox_not_found")}
    peer.widget_token = known
    Inbox.objects.update(is_active=False)
    assert refusals(peer) == {(404, "inbox_not_found")}


def test_inbox_that_was_just_deleted(inbox: Inbox, new_peer: NewPeer) -> None:
    peer = new_peer()
    peer.session_token = "unknown"
    assert peer.ask_once("POST", "typing/").status_code == 401
    inbox.delete()
    refused = peer.bootstrap()
    assert (refused.status_code, refused.json()["code"]) == (404, "inbox_not_found")


def test_missing_tokens(peer: Peer) -> None:
    peer.session_token = ""
    assert refusals(peer) == {(400, "invalid")}
    peer.widget_token = ""
    assert refusals(peer) == {(400, "invalid")}


def test_unknown_session(peer: Peer) -> None:
    peer.session_token = "unknown"
    asked = ENDPOINTS.items() - {("bootstrap/", "POST"), ("stream/", "GET")}
    answers = [peer.ask_once(method, path) for path, method in asked]
    with peer.listen() as stream:
        answers.append(stream.refusal())
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "session_invalid")}


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"NaN", "application/json", 400),
        (b'{"body": "\\ud800"}', "application/json", 400),
        (b"text", "text/plain", 415),
        (b"", "multipart/form-data; boundary=x", 400),
        (b"no parts", "multipart/form-data", 400),
    ],
)
def test_malformed_bodies(peer: Peer, content: bytes, content_type: str, status: int) -> None:
    headers = {"X-Widget-Token": peer.widget_token, "X-Widget-Session": peer.session_token}
    for path in ("send", "contact", "mark_read", "rate"):
        response = peer.http.post(
            f"/api/widget/{path}/", content=content, headers=headers | {"Content-Type": content_type}
        )
        assert response.status_code == status, path


def test_sentences_are_in_the_visitors_language(new_peer: NewPeer) -> None:
    refused = [
        new_peer(**{"Accept-Language": language}).bootstrap(email="?").json() for language in ("ru", "en")
    ]
    assert refused[0]["code"] == refused[1]["code"]
    assert refused[0]["detail"] != refused[1]["detail"]
