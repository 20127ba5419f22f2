"""The whole deployment on this machine: proxy, two of each process, and one database and Redis of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django_q.models import Schedule
from redis import Redis

from crm.models import User
from crm.servers.valkey import Valkey
from messenger.models import Inbox
from messenger.volatile import volatile
from tests.stream.people import log_in
from tests.topology.backends import Backend
from tests.topology.journal import Journal
from tests.topology.processes import Process, Proxy, caddy_program, running
from tests.topology.staff import Foreman, Operator
from tests.topology.visitors import Visitor

VISITORS = 5


@pytest.fixture
def caddy() -> str:
    program = caddy_program()
    if program is None:
        pytest.skip("there is no Caddy: scripts/caddy installs it")
    return program


@pytest.fixture
def backends() -> Iterator[dict[str, Backend]]:
    found = {name: Backend(name) for name in ("web", "bodies", "stream")}
    yield found
    for backend in found.values():
        backend.go_on.set()
        backend.shutdown()
        backend.server_close()


@pytest.fixture
def own_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """Channels belong to a whole server, not to one of its databases: tests beside these would be heard."""
    (tmp_path / "log").mkdir()
    valkey = Valkey(tmp_path)
    valkey.start()
    valkey.wait()
    monkeypatch.setenv("REDIS_URL", valkey.url)
    client = Redis.from_url(valkey.url)
    monkeypatch.setattr(volatile, "_connect", lambda: client)
    monkeypatch.setattr(volatile, "_retry_at", 0.0)
    yield client
    client.close()
    valkey.stop()


@pytest.fixture
def roles(transactional_db: None) -> None:
    """What the migrations filled in is gone after the first test that empties the tables."""
    import_module("messenger.migrations.0003_groups").make_groups(apps, None)
    # The timetable's tasks are not what is counted here.
    Schedule.objects.all().delete()


@dataclass
class Topology:
    proxy: Proxy
    web: list[Process]
    bodies: list[Process]
    stream: list[Process]
    worker: list[Process]

    @property
    def all(self) -> list[Process]:
        return [*self.web, *self.bodies, *self.stream, *self.worker, self.proxy]

    @property
    def first_of_each(self) -> list[Process]:
        return [self.web[0], self.bodies[0], self.stream[0], self.worker[0]]

    @property
    def waves(self) -> list[list[Process]]:
        """Each process once; of each service with two one stays."""
        fours = zip(self.web, self.bodies, self.stream, self.worker, strict=True)
        return [*(list(four) for four in fours), [self.proxy]]


@pytest.fixture
def topology(caddy: str, roles: None, own_redis: Redis, tmp_path: Path) -> Iterator[Topology]:
    names = ("web", "bodies", "stream", "worker")
    found = {name: [Process(name, tmp_path) for _ in range(2)] for name in names}
    ports = {name: [process.port for process in found[name]] for name in names[:3]}
    system = Topology(Proxy(caddy, tmp_path, **ports), **found)
    with running(*system.all):
        yield system


@dataclass
class Load:
    """Everybody who talks, and whoever gives the workers something to do."""

    journal: Journal
    visitors: list[Visitor]
    operator: Operator
    foreman: Foreman

    def end(self) -> None:
        """Stops writing, and reading as soon as everything was seen."""
        for visitor in self.visitors:
            visitor.stop_writing()
        self.operator.stop()
        self.foreman.stop()
        for visitor in self.visitors:
            visitor.stop_reading(last_message_of(visitor.conversation_id))

    @property
    def errors(self) -> list[Exception]:
        return [*self.operator.errors, *(error for visitor in self.visitors for error in visitor.errors)]


@pytest.fixture
def load(topology: Topology, inbox: Inbox, operator: User) -> Iterator[Load]:
    port, journal = topology.proxy.port, Journal()
    visitors = [Visitor(f"visitor {n}", port, inbox.widget_token, journal) for n in range(VISITORS)]
    load = Load(journal, visitors, Operator(port, log_in(operator), visitors, journal), Foreman())
    threads = [load.operator.thread, load.foreman.thread]
    for thread in [*threads, *(thread for visitor in visitors for thread in visitor.threads)]:
        thread.start()
    yield load
    load.end()


def last_message_of(conversation_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM messenger_message WHERE conversation_id = %s", [conversation_id])
        return int(cursor.fetchone()[0] or 0)
