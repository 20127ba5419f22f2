"""The servers and processes that are measured: PostgreSQL that keeps its promises, and the commands of production."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crm.probe import answers
from crm.servers import Postgres, Valkey
from crm.servers.base import free_port
from crm.servers.processes import Child
from tests.topology.compose import command_of

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS, STOP_SECONDS = 60, 30
# Counted as in life, and never refused: all clients of a benchmark have one address.
NO_LIMIT = "1000000/min"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "crm.settings",
    "SECRET_KEY": "benchmark" * 8,
    "DEBUG": "0",
    "HTTPS": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
    "MESSENGER_ENABLED": "1",
    # The worker says in words that it is ready.
    "LANGUAGE_CODE": "en",
    "MESSENGER_GEOIP_ENABLED": "0",
    # Nobody is written to, whatever the surroundings say.
    "EMAIL_URL": "",
    "MESSENGER_CAPTCHA_BOOTSTRAPS": NO_LIMIT,
    "MESSENGER_CAPTCHA_MESSAGES": NO_LIMIT,
    "MESSENGER_STREAMS_PER_ADDRESS": "1000000",
    **{
        f"MESSENGER_THROTTLE_{what}_{per}": NO_LIMIT
        for what in ("BOOTSTRAP", "SEND", "POLL", "STREAM")
        for per in ("ADDRESS", "SESSION", "INBOX")
    },
    "GRANIAN_WORKERS": "2",
    "GRANIAN_BLOCKING_THREADS": "8",
    "PYTHONPATH": str(ROOT),
}
SERVICES = ("web", "bodies", "stream", "worker")


@dataclass
class Program:
    """One of the processes, with those that it started."""

    name: str
    port: int
    child: Child

    @property
    def pid(self) -> int:
        return self.child.pid

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if not self.child.running() or time.monotonic() > deadline:
                raise SystemExit(f"{self.name} did not start:\n{self.child.last_lines()}")
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        if self.name == "worker":
            return "ready for work" in self.child.last_lines(50)
        return answers("/healthz/ready", self.port)

    def stop(self) -> None:
        if self.child.running():
            self.child.send(signal.SIGTERM)

    def wait_for_end(self) -> None:
        self.child.wait(STOP_SECONDS)
        self.child.stop()


@dataclass
class Servers:
    """Where PostgreSQL and Valkey are, and a folder for logs and files; `heads` are their processes."""

    folder: Path
    database_url: str
    redis_url: str
    heads: dict[str, int]
    settings: dict[str, str] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("log", "files", "metrics"):
            (self.folder / name).mkdir(exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **ENVIRONMENT,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "MESSENGER_FILES_ROOT": str(self.folder / "files"),
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"),
            **self.settings,
        }

    @property
    def parts(self) -> dict[str, int]:
        """By name, the process at the head of each part; its children count for it."""
        return {name: program.pid for name, program in self.programs.items()} | self.heads

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout

    @contextlib.contextmanager
    def running(self, *services: str, application: str = "") -> Iterator[None]:
        """The processes of docker-compose.yml; `application` stands in for their own."""
        try:
            for service in services:
                self.programs[service] = self._started(service, application)
            for program in self.programs.values():
                program.wait()
            yield
        finally:
            for program in self.programs.values():
                program.stop()
            for program in self.programs.values():
                program.wait_for_end()
            self.programs.clear()

    def _started(self, service: str, application: str) -> Program:
        port = free_port()
        program, *arguments = command_of(service)
        path = sys.executable if program == "python" else str(Path(sys.executable).with_name(program))
        if application:
            arguments = [application if one.endswith(":application") else one for one in arguments]
        more = {"GRANIAN_PORT": str(port), "UVICORN_PORT": str(port)}
        # Only the web server has more than one process, whose numbers have to meet somewhere.
        ours = {**os.environ, **self.environment, **more}
        if service != "web":
            del ours["PROMETHEUS_MULTIPROC_DIR"]
        log = self.folder / "log" / f"{service}-{port}.log"
        return Program(service, port, Child([path, *arguments], log=log, environment=ours))


@contextlib.contextmanager
def durable_servers(database: Path | None = None) -> Iterator[Servers]:
    """Both servers, PostgreSQL with fsync; the database is that of the folder, else a new one with our tables."""
    folder = Path(tempfile.mkdtemp(prefix="messenger-bench-"))
    folder.chmod(0o711)
    (folder / "log").mkdir()
    postgres, valkey = Postgres(database or folder, durable=True), Valkey(folder)
    try:
        valkey.start()
        postgres.start()
        postgres.wait()
        valkey.wait()
        assert postgres.child
        assert valkey.child
        heads = {"postgres": postgres.child.pid, "valkey": valkey.child.pid}
        servers = Servers(folder, postgres.url, valkey.url, heads)
        servers.manage("migrate", "-v0")
        yield servers
    finally:
        postgres.stop()
        valkey.stop()
        shutil.rmtree(folder, ignore_errors=True)
