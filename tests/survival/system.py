"""One whole system of the tests' own: PostgreSQL, Redis on a line that can be slow, web, stream and worker."""

import contextlib
import json
import os
import struct
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.utils import timezone
from django_q.conf import Conf
from django_q.signing import SignedPackage
from redis import Redis

from crm.servers import Postgres, Valkey
from tests.stream.server import ROOT
from tests.survival.delay import Delay, delayed
from tests.topology.processes import Process, running

HEALTH_TOKEN = "token-of-the-monitor-0123456789"
APP, APP_PASSWORD = "app", "password-of-the-app"


@dataclass
class System:
    """`facts`: what `tests.survival.people` says."""

    postgres: Postgres
    valkey: Valkey
    line: Delay
    web: Process
    stream: Process
    worker: Process
    clock: Path
    facts: dict[str, Any]
    database_back_at: float = 0
    _ahead: float = 0
    _packages: dict[str, str] = field(default_factory=dict)

    @property
    def processes(self) -> list[Process]:
        return [self.web, self.stream, self.worker]

    def ask_database(self, statement: str, *values: object) -> list[Any]:
        """Past the application, as a superuser to whom no limit applies."""
        with psycopg.connect(database_url(self.postgres, "messenger"), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def enqueue(self, func: str) -> str:
        """A task for the worker, by the clock of our processes; its id."""
        task: dict[str, Any] = {"id": uuid.uuid4().hex, "name": func, "func": func, "args": (), "kwargs": {}}
        package = SignedPackage.dumps(task | {"started": timezone.now()})
        self.ask_database(
            "INSERT INTO django_q_ormq (key, payload, lock) VALUES (%s, %s, now() + make_interval(secs => %s))",
            Conf.CLUSTER_NAME,
            package,
            self._ahead,
        )
        self._packages[task["id"]] = package
        return str(task["id"])

    def is_done(self, task: str) -> bool:
        """Well, once, and not to be done again."""
        done = self.ask_database("SELECT attempt_count FROM django_q_task WHERE success AND id = %s", task)
        left = self.ask_database(
            "SELECT 1 FROM django_q_ormq WHERE payload = %s", self._packages.get(task, "")
        )
        return done == [(1,)] and not left

    @property
    def files(self) -> list[Path]:
        """What is stored as an attachment."""
        folder = Path(self.web.settings["MESSENGER_FILES_ROOT"])
        return [path for path in folder.rglob("*") if path.is_file()]

    def jump(self, seconds: float) -> None:
        """The clock of all our processes is ahead by so much, or behind."""
        with self.clock.open("r+b") as file:
            file.write(struct.pack("d", seconds))
        self._ahead = seconds

    def hours_ahead(self, conversation_id: int) -> int:
        """Of the database's clock is the one by which its visitor was seen last."""
        hours = "round(extract(epoch FROM last_seen_at - now()) / 3600)"
        of = "WHERE id = (SELECT contact_id FROM messenger_conversation WHERE id = %s)"
        return int(self.ask_database(f"SELECT {hours} FROM messenger_contact {of}", conversation_id)[0][0])

    @property
    def redis(self) -> Redis:
        return Redis.from_url(self.valkey.url)


@contextlib.contextmanager
def whole_system(folder: Path) -> Iterator[System]:
    (folder / "log").mkdir()
    postgres, valkey = Postgres(folder, durable=False), Valkey(folder)
    try:
        for server in (postgres, valkey):
            server.start()
        for server in (postgres, valkey):
            server.wait()
        with delayed(valkey.port) as line:
            yield from _with_processes(folder, postgres, valkey, line)
    finally:
        postgres.stop(at_once=True)
        valkey.stop()


def _with_processes(folder: Path, postgres: Postgres, valkey: Valkey, line: Delay) -> Iterator[System]:
    _make_database(postgres)
    settings = _settings(folder, postgres, valkey, line)
    facts = _settle(settings)
    web, stream, worker = (Process(name, folder, settings=settings) for name in ("web", "stream", "worker"))
    with running(web, stream, worker):
        clock = Path(settings["SURVIVAL_CLOCK"])
        yield System(postgres, valkey, line, web, stream, worker, clock, facts)


def database_url(postgres: Postgres, user: str) -> str:
    superuser = postgres.url.rpartition("/")[0]
    if user == APP:
        return f"postgresql://{APP}:{APP_PASSWORD}@127.0.0.1:{postgres.port}/{APP}"
    return f"{superuser}/{APP}"


def _make_database(postgres: Postgres) -> None:
    """The application is no superuser, as limits don't apply to those."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {APP} LOGIN PASSWORD '{APP_PASSWORD}'")
        # The server is quick and forgetful; what the application was told is stored has to outlive its crash.
        connection.execute(f"ALTER ROLE {APP} SET synchronous_commit = on")
        connection.execute(f"CREATE DATABASE {APP} OWNER {APP}")


def _settings(folder: Path, postgres: Postgres, valkey: Valkey, line: Delay) -> dict[str, str]:
    files = folder / "files"
    files.mkdir()
    clock = folder / "clock"
    clock.write_bytes(struct.pack("d", 0))
    return {
        "PYTHONPATH": str(Path(__file__).parent / "clock"),
        "SURVIVAL_CLOCK": str(clock),
        "DATABASE_URL": database_url(postgres, APP),
        "REDIS_URL": valkey.url.replace(f":{valkey.port}/", f":{line.port}/"),
        "MESSENGER_FILES_ROOT": str(files),
        "MESSENGER_HEALTH_TOKEN": HEALTH_TOKEN,
    }


def _settle(settings: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.survival.people"],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts
