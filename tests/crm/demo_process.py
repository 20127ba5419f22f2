"""A demo as its user has it: a process that prints, and a folder with what it says about itself."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 90


def surroundings(**more: str) -> dict[str, str]:
    """The environment of somebody who has set nothing."""
    ours = (
        "DATABASE_",
        "REDIS_",
        "MESSENGER_",
        "SECRET_",
        "DJANGO_",
        "PYTEST_",
        "DEBUG",
        "HTTPS",
        "ALLOWED_",
        "CSRF_",
    )
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | more


def command(folder: Path, *options: str, port: int = 0) -> list[str]:
    return [sys.executable, "-m", "crm.demo", "--port", str(port), "--data-dir", str(folder), *options]


def refused(folder: Path, *options: str, port: int = 0, **environment: str) -> str:
    """Start a demo that must not start, and return the one sentence that it says."""
    done = subprocess.run(
        command(folder, *options, port=port),
        cwd=ROOT,
        env=surroundings(**environment),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr.strip()


class DemoProcess:
    """A demo that is running; leaving the block ends it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.output: list[str] = []
        with (folder.parent / "errors").open("w") as errors:
            self._process = subprocess.Popen(
                command(folder, *options),
                cwd=ROOT,
                env=surroundings(),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        watchdog = threading.Timer(READY_SECONDS, self._process.kill)
        watchdog.start()
        try:
            self._read_until_ready()
        finally:
            watchdog.cancel()
        self.description: dict[str, Any] = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        self.family = [psutil.Process(pid) for pid in self.description["pids"].values()]
        self.family += psutil.Process(self._process.pid).children(recursive=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(40)
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def errors(self) -> str:
        return (self.folder.parent / "errors").read_text(encoding="utf-8")

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def exit_code(self) -> int:
        return self._process.wait(40)

    def survivors(self, seconds: float = 0) -> list[psutil.Process]:
        """Return the processes of this demo that are still there after at most `seconds`."""
        deadline = time.monotonic() + seconds
        while (
            alive := [process for process in self.family if _lives(process)]
        ) and time.monotonic() < deadline:
            time.sleep(0.1)
        return alive

    def _read_until_ready(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.output.append(line.rstrip("\n"))
            if self.output[-1] == "ready":
                return
        raise AssertionError(f"The demo did not get ready: {self.errors}")


def _lives(process: psutil.Process) -> bool:
    # A container's first process may never collect the orphans that it is given.
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running()) and process.status() != psutil.STATUS_ZOMBIE
    return False
