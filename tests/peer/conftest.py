"""The whole product on one port, as a small installation runs it, and strangers who talk to it."""

import importlib
import os
from collections.abc import Callable, Iterator

import httpx
import pytest
from django.apps import apps
from django.conf import settings

from crm.models import User
from messenger.models import Conversation, Inbox
from tests.peer.client import Peer, Place
from tests.peer.description import Description
from tests.stream.people import log_in
from tests.stream.server import StreamServer, stream_server

CSRF_TOKEN = "peer" * 8
# One limit, for files alone, is so low that a client soon meets it.
SETTINGS = {
    f"MESSENGER_THROTTLE_{what}_{per}": ""
    for what in ("BOOTSTRAP", "SEND", "UPLOAD", "POLL", "STREAM")
    for per in ("ADDRESS", "SESSION", "INBOX")
} | {
    "MESSENGER_THROTTLE_UPLOAD_SESSION": "2/sec",
    "MESSENGER_CAPTCHA_MAX_NUMBER": "2000",
    "REDIS_URL": os.environ["REDIS_URL"],
}

type NewHttp = Callable[..., httpx.Client]
type NewPeer = Callable[..., Peer]


@pytest.fixture(scope="package")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreamServer]:
    with stream_server(tmp_path_factory.mktemp("peer"), "crm.asgi:application", **SETTINGS) as running:
        yield running


@pytest.fixture(scope="package")
def description(server: StreamServer) -> Description:
    return Description(f"http://127.0.0.1:{server.port}")


@pytest.fixture
def new_http(server: StreamServer, description: Description) -> Iterator[NewHttp]:
    """Clients whose every answer is held against the server's own description."""
    opened: list[httpx.Client] = []

    def new_http(port: int = server.port, **options: object) -> httpx.Client:
        http = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            event_hooks={"response": [description.check]},
            timeout=10,
            **options,  # type: ignore[arg-type]
        )
        opened.append(http)
        return http

    yield new_http
    for http in opened:
        http.close()


@pytest.fixture
def new_peer(new_http: NewHttp, inbox: Inbox) -> NewPeer:
    """Browsers of different visitors, or of one that has come back."""

    def new_peer(place: Place = "headers", **headers: str) -> Peer:
        return Peer(new_http(headers=headers), inbox.widget_token, place=place)

    return new_peer


@pytest.fixture
def peer(new_peer: NewPeer) -> Peer:
    """A browser that has opened the chat."""
    peer = new_peer()
    peer.bootstrap().raise_for_status()
    return peer


@pytest.fixture
def operator_http(new_http: NewHttp, operator: User) -> httpx.Client:
    """Anna's browser, logged in to the admin."""
    # A test with real transactions empties what the migration filled in.
    importlib.import_module("messenger.migrations.0003_groups").make_groups(apps, None)
    return new_http(
        cookies={settings.SESSION_COOKIE_NAME: log_in(operator), settings.CSRF_COOKIE_NAME: CSRF_TOKEN},
        headers={"X-CSRFToken": CSRF_TOKEN, "Accept": "application/json"},
    )


def conversation_of(peer: Peer) -> Conversation:
    """What the operators see of it."""
    return Conversation.objects.get(pk=peer.poll().json()["conversation"]["id"])
