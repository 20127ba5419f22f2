"""The diagnosis names what fails, and not only that something does."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django_redis import get_redis_connection

from crm.database_outage import outage
from crm.servers import Valkey
from messenger.lib import volatile as library
from messenger.services.diagnosis import system
from messenger.services.diagnosis.finding import Level
from messenger.services.diagnosis.storage import storage
from messenger.volatile import volatile
from tests.outages import database_away

pytestmark = pytest.mark.django_db


def test_database_that_takes_no_changes() -> None:
    assert system.writing().level is Level.OK
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    level, detail = system.writing()
    assert (level, "read-only" in detail) == (Level.ERROR, True)


def test_database_without_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "_refusal", None)
    with database_away(), pytest.raises(OperationalError):
        system.database()
    outage.remember(psycopg.OperationalError("FATAL:  sorry, too many clients already"))
    with database_away():
        assert system.database() == (Level.ERROR, "The database takes no more connections.")


@pytest.fixture
def own_redis(tmp_path: Path, settings: LazySettings) -> Iterator[Any]:
    """Others share the usual one."""
    (tmp_path / "log").mkdir()
    tmp_path.chmod(0o755)
    server, usual = Valkey(tmp_path), settings.CACHES
    server.start()
    server.wait()
    settings.CACHES = {"default": usual["default"] | {"LOCATION": server.url}}
    yield get_redis_connection("default")
    settings.CACHES = usual
    server.stop(at_once=True)


def test_redis_that_is_full(own_redis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "RETRY_SECONDS", 0.0)
    own_redis.config_set("maxmemory", 1)
    level, detail = system.redis()
    assert (level, detail.startswith("Redis is full since")) == (Level.WARNING, True)
    own_redis.config_set("maxmemory", 0)
    assert system.redis().level is Level.OK
    assert volatile.degraded_since is None


def test_disk_that_takes_nothing(folder: Path) -> None:
    assert storage().level is not Level.ERROR
    process = psutil.Process(os.getpid())
    usual = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (0, usual[1]))
    try:
        level, detail = storage()
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, usual)
    assert (level, "File too large" in detail) == (Level.ERROR, True)
    assert list(folder.iterdir()) == []
