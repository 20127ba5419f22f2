"""A stream process per module, and a Valkey of their own."""

from collections.abc import Iterator

import pytest
from redis import Redis

from crm.servers.valkey import Valkey
from messenger.volatile import volatile
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
