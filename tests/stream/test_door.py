"""Who may open a visitor's stream: every error of the contract, and the cross-origin headers."""

from pathlib import Path

import pytest

from messenger.models import Contact, Conversation, Inbox
from tests.stream.client import StreamClient
from tests.stream.people import VISITOR_PATH, Listener, new_session
from tests.stream.server import StreamServer, stream_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listener(server: StreamServer, conversation: Conversation) -> Listener:
    return Listener(server, conversation)


def refused(client: StreamClient) -> tuple[int, str]:
    with client:
        assert client.headers["content-type"] == "application/json"
        assert client.headers["vary"] == "Origin"
        answer = client.json()
        assert answer["detail"]
        return client.status, answer["code"]


def test_tokens_in_the_query_string(server: StreamServer, conversation: Conversation) -> None:
    tokens = (
        f"widget_token={conversation.inbox.widget_token}&widget_session_token={new_session(conversation)}"
    )
    with StreamClient(server.port, f"{VISITOR_PATH}?{tokens}&since_id=0", {}) as client:
        assert client.next_of("ready")


def test_tokens_are_not_logged(server: StreamServer, listener: Listener, conversation: Conversation) -> None:
    session = new_session(conversation)
    query = f"{VISITOR_PATH}?widget_session_token={session}"
    with listener.open(query), listener.open(query, X_Widget_Token="nobody") as refused:
        assert refused.status == 404
    log = server.log.read_text()
    assert "visitor-stream" in log
    assert session not in log


def test_without_tokens(server: StreamServer, inbox: Inbox) -> None:
    assert refused(StreamClient(server.port, VISITOR_PATH, {})) == (400, "invalid")
    token = {"X-Widget-Token": inbox.widget_token}
    assert refused(StreamClient(server.port, VISITOR_PATH, token)) == (400, "invalid")


def test_unknown_inbox(listener: Listener) -> None:
    assert refused(listener.open(X_Widget_Token="nobody")) == (404, "inbox_not_found")


def test_unknown_session(listener: Listener) -> None:
    assert refused(listener.open(X_Widget_Session="nobody")) == (401, "session_invalid")


def test_session_of_another_inbox(listener: Listener, global_inbox: Inbox) -> None:
    client = listener.open(X_Widget_Token=global_inbox.widget_token)
    assert refused(client) == (403, "session_mismatch")


def test_session_of_a_purged_conversation(server: StreamServer, empty_conversation: Conversation) -> None:
    listener = Listener(server, empty_conversation)
    empty_conversation.delete()
    assert refused(listener.open()) == (401, "session_invalid")


def test_blocked(listener: Listener, conversation: Conversation) -> None:
    Contact.objects.filter(pk=conversation.contact_id).update(is_blocked=True)
    assert refused(listener.open()) == (403, "blocked")


@pytest.mark.parametrize(
    "since_id", ["x", "-1", "1.5", "9" * 20, "9223372036854775808", "1e3", "%D9%A1", "1" * 9000]
)
def test_bad_since_id(listener: Listener, since_id: str) -> None:
    assert refused(listener.open(f"{VISITOR_PATH}?since_id={since_id}")) == (400, "invalid")
    if "%" not in since_id:
        assert refused(listener.open(Last_Event_ID=since_id)) == (400, "invalid")


def test_other_methods(listener: Listener, server: StreamServer) -> None:
    for method in ("POST", "PUT", "DELETE"):
        with StreamClient(server.port, VISITOR_PATH, {"Content-Length": "0"}, method=method) as client:
            assert client.headers["allow"] == "GET, OPTIONS"
            assert (client.status, client.json()["code"]) == (405, "method_not_allowed")


def test_garbage_is_survived(listener: Listener) -> None:
    with listener.open(Cookie="crm_session=\udcff\udcfe; =;;", Accept_Language="\udcff" * 500) as client:
        assert client.next_of("ready")
    assert refused(listener.open(Host="evil.example")) == (400, "invalid")
    assert refused(listener.open(X_Widget_Session="\udcff\udcff")) == (401, "session_invalid")
    with listener.open(VISITOR_PATH + "?" + "a=1&" * 2000) as client:
        assert client.status in (200, 400)


class TestOrigins:
    ALLOWED = "https://shop.example.com"

    @pytest.fixture(autouse=True)
    def one_origin(self, inbox: Inbox) -> None:
        inbox.allowed_origins = [self.ALLOWED]
        inbox.save()

    def test_an_allowed_one_is_echoed(self, listener: Listener) -> None:
        with listener.open(Origin=self.ALLOWED) as client:
            assert client.headers["access-control-allow-origin"] == self.ALLOWED
            assert client.headers["vary"] == "Origin"
            assert "access-control-allow-credentials" not in client.headers

    def test_on_errors_as_well(self, listener: Listener) -> None:
        with listener.open(Origin=self.ALLOWED, X_Widget_Session="nobody") as client:
            assert client.status == 401
            assert client.headers["access-control-allow-origin"] == self.ALLOWED

    def test_another_one_is_refused(self, listener: Listener) -> None:
        client = listener.open(Origin="https://evil.example.com")
        assert "access-control-allow-origin" not in client.headers
        assert refused(client) == (403, "origin_not_allowed")

    def test_preflight(self, server: StreamServer) -> None:
        asked = {"Origin": self.ALLOWED, "Access-Control-Request-Method": "GET"}
        with StreamClient(server.port, VISITOR_PATH, asked, method="OPTIONS") as client:
            assert client.status == 204
            assert client.headers["access-control-allow-origin"] == self.ALLOWED
            assert client.headers["access-control-max-age"] == "86400"
            allowed = client.headers["access-control-allow-headers"].split(", ")
        assert {"x-widget-token", "x-widget-session", "last-event-id", "cache-control"} <= set(allowed)


def test_disabled(inbox: Inbox, conversation: Conversation, tmp_path: Path) -> None:
    with stream_server(tmp_path, MESSENGER_ENABLED="0") as server:
        with Listener(server, conversation).open() as client:
            assert (client.status, client.json()) == (404, {"detail": "Messenger disabled"})
        with StreamClient(server.port, "/api/messenger/stream/", {}) as client:
            assert (client.status, client.json()) == (404, {"detail": "Messenger disabled"})


def test_throttled_by_rate(conversation: Conversation, tmp_path: Path) -> None:
    with stream_server(tmp_path, MESSENGER_THROTTLE_STREAM_SESSION="2/day") as server:
        listener = Listener(server, conversation)
        for _ in range(2):
            listener.listen().close()
        client = listener.open()
        assert 1 <= int(client.headers["retry-after"]) <= 86_401
        assert refused(client) == (429, "throttled")


def test_without_a_database(conversation: Conversation, tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with stream_server(tmp_path, DATABASE_URL=nowhere, DATABASE_POOL_SIZE="0") as server:
        client = Listener(server, conversation).open()
        assert int(client.headers["retry-after"]) >= 1
        assert refused(client) == (503, "unavailable")


def test_russian_visitor(listener: Listener) -> None:
    with listener.open(X_Widget_Session="nobody", Accept_Language="ru-RU,ru;q=0.9") as client:
        assert client.status == 401
        assert client.json()["detail"]
