"""Ready is a process whose database answers in time and has its migrations."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import LazySettings, settings
from django.db import connection
from django.test import Client

from tests.outages import redis_away

READY = "/healthz/ready"
ASK = """
import json, time
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.test import Client
def ask(path):
    begun = time.monotonic()
    answer = Client().get(path)
    return [answer.status_code, answer.json(), time.monotonic() - begun]
with ThreadPoolExecutor(5) as pool:
    print(json.dumps(list(pool.map(ask, ["/healthz/live"] + ["/healthz/ready"] * 4))))
"""


@contextmanager
def silent_database() -> Iterator[str]:
    """Takes every call and says nothing; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"postgresql://nobody@127.0.0.1:{server.getsockname()[1]}/nothing"
        for one in kept:
            one.close()


@pytest.mark.parametrize("pool", ["0", "2"])
def test_database_that_says_nothing_holds_up_no_probe(pool: str) -> None:
    with silent_database() as url:
        more = {"DATABASE_URL": url, "DATABASE_POOL_SIZE": pool, "LOG_LEVEL": "CRITICAL"}
        done = subprocess.run(
            [sys.executable, "-c", ASK],
            env=os.environ | more,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    alive, *ready = json.loads(done.stdout.splitlines()[-1])
    assert alive[:2] == [200, {"status": "ok"}]
    for status, body, seconds in ready:
        assert (status, body) == (503, {"status": "unavailable", "reason": "database"})
        assert seconds < 5


@pytest.mark.django_db(transaction=True)
def test_missing_migration(client: Client) -> None:
    assert client.get(READY).json() == {"status": "ok"}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET name = '0001_other' WHERE app = 'crm' AND name = '0001_initial'"
        )
        try:
            answer = client.get(READY)
        finally:
            cursor.execute(
                "UPDATE django_migrations SET name = '0001_initial' WHERE app = 'crm' AND name = '0001_other'"
            )
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "reason": "migrations"})
    assert answer["Retry-After"] == "5"
    assert client.get(READY).status_code == 200


@pytest.mark.django_db
def test_without_redis_it_is_ready_and_says_so(client: Client, settings: LazySettings) -> None:
    with redis_away(settings):
        begun = time.monotonic()
        answer = client.get(READY)
        assert time.monotonic() - begun < 3
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})
    assert client.get(READY).json() == {"status": "ok"}
