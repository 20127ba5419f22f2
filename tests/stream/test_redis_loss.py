"""Valkey is killed and comes back: streams stay open, and nothing is lost or doubled."""

import importlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from redis import Redis

from crm.models import User
from crm.servers.valkey import Valkey
from messenger.models import Conversation
from messenger.stream.hub import LOOK_SECONDS_WITHOUT_REDIS
from messenger.volatile import volatile
from tests.stream.client import StreamClient
from tests.stream.people import OPERATOR_PATH, Listener, answer
from tests.stream.server import StreamServer, stream_server

pytestmark = pytest.mark.django_db(transaction=True)


class MortalValkey:
    """A Valkey of the test's own that keeps its port and password over a restart."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "log").mkdir()
        self._valkey = Valkey(folder)
        self.start()
        port = self._valkey.port
        monkeypatch.setattr("crm.servers.valkey.free_port", lambda: port)
        self.url = self._valkey.url

    def start(self) -> None:
        self._valkey.start()
        self._valkey.wait()

    def kill(self) -> None:
        self._valkey.stop(at_once=True)


@pytest.fixture
def valkey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MortalValkey]:
    """What this process and the stream process share in this module."""
    server = MortalValkey(tmp_path, monkeypatch)
    client = Redis.from_url(server.url, socket_timeout=1, socket_connect_timeout=1)
    monkeypatch.setattr(volatile, "_connect", lambda: client)
    yield server
    server.kill()
    client.close()


@pytest.fixture
def own_server(valkey: MortalValkey, tmp_path: Path) -> Iterator[StreamServer]:
    with stream_server(tmp_path, REDIS_URL=valkey.url) as running:
        yield running


def read_ids(client: StreamClient, count: int) -> list[int]:
    ids: list[int] = []
    while len(ids) < count:
        ids += [message["id"] for message in client.next_of("update").data["messages"]]
    return ids


def out_ids(conversation: Conversation) -> list[int]:
    return list(conversation.messages.filter(direction="out").order_by("id").values_list("id", flat=True))


def test_a_visitor_misses_nothing(
    valkey: MortalValkey, own_server: StreamServer, conversation: Conversation, operator: User
) -> None:
    with Listener(own_server, conversation).listen(since_id=conversation.last_message_id or 0) as client:
        answer(operator, conversation, "before")
        valkey.kill()
        answer(operator, conversation, "while it is away")
        seen = read_ids(client, 2)
        answer(operator, conversation, "just before it is back")
        valkey.start()
        seen += read_ids(client, 1)
        wait_until_it_is_used_again()
        begun = time.monotonic()
        answer(operator, conversation, "after")
        seen += read_ids(client, 1)
        assert time.monotonic() - begun < 1
        assert client.quiet_for(0.5)
    assert seen == out_ids(conversation)


def test_who_takes_redis_for_away_a_moment_longer_is_heard_soon(
    valkey: MortalValkey,
    own_server: StreamServer,
    conversation: Conversation,
    operator: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another process asks Redis again a second after its return, and publishes nothing until then."""
    with Listener(own_server, conversation).listen(since_id=conversation.last_message_id or 0) as client:
        valkey.kill()
        answer(operator, conversation, "while it is away")
        seen = read_ids(client, 1)
        valkey.start()
        wait_until_it_is_used_again()
        monkeypatch.setattr(volatile, "publish", lambda *_arguments, **_options: False)
        begun = time.monotonic()
        answer(operator, conversation, "unheard")
        seen += read_ids(client, 1)
        assert time.monotonic() - begun < 2 * LOOK_SECONDS_WITHOUT_REDIS
    assert seen == out_ids(conversation)


def test_an_operator_is_told_to_read_again(
    valkey: MortalValkey, own_server: StreamServer, conversation: Conversation, operator: User
) -> None:
    importlib.import_module("messenger.migrations.0003_groups").make_groups(apps, None)
    browser = Client()
    browser.force_login(operator)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    with StreamClient(own_server.port, OPERATOR_PATH, {"Cookie": cookie}) as client:
        assert client.next_of("unread")
        time.sleep(1)
        valkey.kill()
        answer(operator, conversation, "while it is away")
        assert client.next_of("resync")
        valkey.start()
        assert client.next_of("resync")
        wait_until_it_is_used_again()
        answer(operator, conversation, "after")
        assert client.next_of("message", 1)


def test_a_session_that_only_another_process_knows(
    valkey: MortalValkey, own_server: StreamServer, conversation: Conversation
) -> None:
    """Not 401, upon which widgets would bootstrap in vain: they are to poll and try again."""
    listener = Listener(own_server, conversation)
    valkey.kill()
    with listener.open() as client:
        assert (client.status, client.json()["code"]) == (503, "unavailable")
        assert int(client.headers["retry-after"]) >= 1


def wait_until_it_is_used_again() -> None:
    """Both processes ask for it again after a moment."""
    time.sleep(2.5)
