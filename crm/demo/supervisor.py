"""Starts the processes of the demo in order, watches them, and stops them in order."""

import contextlib
import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import psutil

from crm.demo.announcement import announcement
from crm.demo.environment import demo_environment
from crm.demo.errors import DemoError
from crm.demo.folder import DemoFolder
from crm.demo.logs import LogFollower
from crm.servers import Postgres, Valkey
from crm.servers.processes import Child

READY_SECONDS = 90


class Supervisor:
    """Everything that one demo runs."""

    def __init__(self, folder: DemoFolder, port: int, given_servers: Mapping[str, str]) -> None:
        self._folder = folder
        self._port = port
        self._base_url = f"http://127.0.0.1:{port}"
        self._urls = dict(given_servers)
        self._valkey = None if "REDIS_URL" in given_servers else Valkey(folder.path)
        self._postgres = None if "DATABASE_URL" in given_servers else Postgres(folder.path)
        self._web: Child | None = None
        self._worker: Child | None = None
        self._environment: dict[str, str] = {}

    def run(self) -> None:
        """Run until somebody interrupts, or raise DemoError when a process ended by itself."""
        try:
            self._start_servers()
            logins = self._prepare_data()
            self._start_web_and_worker()
            self._announce(logins)
            self._watch()
        finally:
            self._stop()

    def _start_servers(self) -> None:
        servers = [server for server in (self._valkey, self._postgres) if server is not None]
        for server in servers:
            server.start()
        for server in servers:
            server.wait()
        if self._valkey is not None:
            self._urls["REDIS_URL"] = self._valkey.url
        if self._postgres is not None:
            self._urls["DATABASE_URL"] = self._postgres.url
        self._environment = demo_environment(
            os.environ,
            self._urls,
            secret_key=self._folder.secret_key(),
            base_url=self._base_url,
            files=self._folder.files,
        )

    def _prepare_data(self) -> dict[str, Any]:
        self._command("migrate", "--no-input", "--skip-checks")
        self._command("load_demo", "--output", str(self._folder.logins))
        logins: dict[str, Any] = json.loads(self._folder.logins.read_text(encoding="utf-8"))
        branch = logins.pop("default_branch_id", None)
        if branch is not None:
            self._environment["MESSENGER_DEFAULT_BRANCH_ID"] = str(branch)
        return logins

    def _command(self, name: str, *arguments: str) -> None:
        child = self._spawn(name, "manage.py", name, *arguments)
        try:
            while not child.wait(0.5):
                self._check()
        finally:
            child.stop()
        if child.returncode():
            raise DemoError(_ending(f"manage.py {name} failed", child))

    def _start_web_and_worker(self) -> None:
        web = ["-m", "uvicorn", "crm.asgi:application", "--host", "127.0.0.1", "--port", str(self._port)]
        web += ["--http", "crm.careful_http:Protocol", "--no-proxy-headers", "--no-access-log"]
        web += ["--timeout-graceful-shutdown", "5"]
        # Killed at once if we are: the next start wants the port.
        self._web = self._spawn("web", *web, death_signal=signal.SIGKILL)
        self._worker = self._spawn("worker", "manage.py", "qcluster")
        deadline = time.monotonic() + READY_SECONDS
        while not (_has_workers(self._worker) and self._answers()):
            self._check()
            if time.monotonic() > deadline:
                raise DemoError(_ending(f"The web server was not ready within {READY_SECONDS} s", self._web))
            time.sleep(0.1)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/healthz/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _spawn(self, name: str, *arguments: str, death_signal: signal.Signals = signal.SIGTERM) -> Child:
        return Child(
            [sys.executable, *arguments],
            log=self._folder.log / f"{name}.log",
            environment={**os.environ, **self._environment, "PYTHONUNBUFFERED": "1"},
            death_signal=death_signal,
        )

    def _announce(self, logins: dict[str, Any]) -> None:
        pids = {"supervisor": os.getpid(), **{name: child.pid for name, child in self._children()}}
        self._folder.describe(
            {"base_url": self._base_url, **logins, "pids": pids, "environment": self._environment}
        )
        sys.stdout.write(announcement(self._base_url, logins))
        sys.stdout.flush()

    def _watch(self) -> None:
        followers = [LogFollower(name, self._folder.log / f"{name}.log") for name in ("web", "worker")]
        while True:
            self._check()
            for follower in followers:
                follower.copy()
            time.sleep(0.25)

    def _check(self) -> None:
        for name, child in self._children():
            if not child.running():
                raise DemoError(_ending(f"The demo stopped, because {name} ended by itself", child))

    def _children(self) -> Iterator[tuple[str, Child]]:
        children = {
            "postgres": self._postgres.child if self._postgres is not None else None,
            "valkey": self._valkey.child if self._valkey is not None else None,
            "web": self._web,
            "worker": self._worker,
        }
        yield from ((name, child) for name, child in children.items() if child is not None)

    def _stop(self) -> None:
        """End what runs, visitors first and the database last; a second Ctrl+C kills instead of waiting."""
        signal.signal(signal.SIGINT, self._kill)
        self._folder.forget_description()
        for child in (self._web, self._worker):
            if child is not None:
                child.stop((signal.SIGTERM, 10))
        for server in (self._postgres, self._valkey):
            if server is not None:
                server.stop()

    def _kill(self, _number: int, _frame: object) -> None:
        for name, child in self._children():
            # PostgreSQL's own way to end at once; a kill would leave its processes behind.
            child.send(signal.SIGQUIT if name == "postgres" else signal.SIGKILL)


def _has_workers(cluster: Child) -> bool:
    """Tell whether the cluster's guard and at least one of its workers are there."""
    with contextlib.suppress(psutil.Error):
        return len(psutil.Process(cluster.pid).children(recursive=True)) > 1
    return False


def _ending(sentence: str, child: Child) -> str:
    return f"{sentence} (exit code {child.returncode()}). The end of {child.log}:\n{child.last_lines()}"
