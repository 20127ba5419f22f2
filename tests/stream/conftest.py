"""A stream process per module, and a Valkey of their own."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.conf import settings
from redis import Redis

from crm.models import User
from crm.servers.valkey import Valkey
from messenger.models import Conversation
from messenger.volatile import volatile
from tests.stream.client import StreamClient
from tests.stream.people import OPERATOR_PATH, Open, log_in
from tests.stream.server import SETTINGS, StreamServer, stream_server


@pytest.fixture(scope="session")
def stream_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    """Channels belong to a whole server, not to one of its databases: tests beside these would be heard."""
    folder = tmp_path_factory.mktemp("valkey")
    (folder / "log").mkdir()
    valkey = Valkey(folder)
    valkey.start()
    valkey.wait()
    SETTINGS["REDIS_URL"] = valkey.url
    client = Redis.from_url(valkey.url)
    yield client
    client.close()
    valkey.stop()


@pytest.fixture(autouse=True)
def shared_redis(stream_redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process writes and publishes, the stream process reads and hears."""
    stream_redis.flushdb()
    monkeypatch.setattr(volatile, "_connect", lambda: stream_redis)
    monkeypatch.setattr(volatile, "_retry_at", 0.0)


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, stream_redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamServer]:
    with stream_server(tmp_path_factory.mktemp("stream")) as running:
        yield running


@pytest.fixture
def open_as(server: StreamServer) -> Open:
    def open_as(user: User, path: str = OPERATOR_PATH, **headers: str) -> StreamClient:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={log_in(user)}"}
        return StreamClient(server.port, path, cookie | named)

    return open_as


@pytest.fixture
def listen_as(open_as: Open) -> Open:
    def listen_as(user: User, conversation: Conversation | None = None, **query: str) -> StreamClient:
        if conversation:
            query["conversation"] = str(conversation.pk)
        client = open_as(user, f"{OPERATOR_PATH}?{urlencode(query)}")
        assert [client.next_of("ready").name, client.next_of("unread").name] == ["ready", "unread"]
        return client

    return listen_as
