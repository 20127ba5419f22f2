"""What an embedded server is: a child of ours on a free loopback port."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from crm.servers.processes import Account, Child

START_SECONDS = 60


class ServerError(Exception):
    """A server can't be started; the text is one sentence for a person."""


class Server:
    """A server on a free loopback port; `start` returns at once, `wait` when it answers."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log" / f"{self.name.lower()}.log"
        self.child: Child | None = None
        self.port = 0

    def start(self) -> None:
        raise NotImplementedError

    def stop(self, *, at_once: bool = False) -> None:
        raise NotImplementedError

    def wait(self) -> None:
        """Wait until it answers; begin again while a killed predecessor's memory or port is still in use."""
        deadline = time.monotonic() + START_SECONDS
        while self.child is None or not self.ready(self.child):
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} did not start within {START_SECONDS} s; see {self.log}.")
            if self.child is None or not self.child.running():
                self._start_again()
            time.sleep(0.02)

    def _start_again(self) -> None:
        reason = self.child.last_lines(5) if self.child is not None else "in use"
        if "in use" not in reason:
            raise ServerError(f"{self.name} did not start: {_fault(reason)} (see {self.log}).")
        time.sleep(0.3)
        self.start()

    def ready(self, child: Child) -> bool:
        raise NotImplementedError


def _fault(log: str) -> str:
    """Pick the line of a log's end that says what was wrong."""
    lines = log.splitlines() or ["it left no word."]
    return next((line for line in lines if "FATAL" in line or "rror" in line), lines[-1]).strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def spawn(
    name: str,
    command: Sequence[str],
    log: Path,
    death_signal: signal.Signals,
    *,
    account: Account | None = None,
    stdin: str | None = None,
) -> Child:
    surroundings = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    try:
        return Child(
            command,
            log=log,
            environment=surroundings,
            account=account,
            death_signal=death_signal,
            stdin=stdin,
        )
    except subprocess.SubprocessError as error:
        raise ServerError(
            f"{name} refuses to run as root, and root may not become another account here: start as an ordinary user."
        ) from error
    except OSError as error:
        raise ServerError(f"{name} could not be started: {error}.") from error


def package_folder(name: str) -> Path:
    # Found without importing: the packages' own modules make folders and locks on import.
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            f"The package {name} is not installed; run `make` or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0])
