"""Real workers on the tests' database, and patience for what they do."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.stream.server import ROOT, database_url

WAIT_SECONDS = 60
SETTINGS = {"WORKER_PROCESSES": "2", "DATABASE_POOL_SIZE": "0"}
# Where a task lives for a second or two.
SHORT = {"MESSENGER_WEBHOOK_TIMEOUT_SECONDS": "0.5"}


def wait_until[T](find: Callable[[], T | None], what: str, seconds: float = WAIT_SECONDS) -> T:
    """What `find` returns as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < deadline, f"in {seconds} s not: {what}"
        time.sleep(0.05)
    return found


class Cluster:
    """`manage.py qcluster` in a group of its own."""

    def __init__(self, process: subprocess.Popen[bytes], log_file: Path) -> None:
        self.process = process
        self._log_file = log_file

    @property
    def log(self) -> str:
        return self._log_file.read_text(encoding="utf-8")

    def terminate(self) -> None:
        """What a deployment does."""
        self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """What a power cut does, to all of its processes."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(WAIT_SECONDS)

    def wait_for(self, text: str, times: int = 1) -> None:
        wait_until(lambda: self.log.count(text) >= times, f"{text!r} in the log")

    def works(self, process_id: int) -> bool:
        """Whether the process belongs to this worker."""
        with contextlib.suppress(ProcessLookupError):
            return os.getpgid(process_id) == self.process.pid
        return False


@contextlib.contextmanager
def cluster(folder: Path, settings_module: str = "crm.settings", **settings: str) -> Iterator[Cluster]:
    """A worker with these settings in its environment, ready for work, for as long as the block lasts."""
    log_file = folder / f"worker-{time.monotonic_ns()}.log"
    short = SHORT if "WORKER_TASK_SECONDS" in settings else {}
    environment = os.environ | SETTINGS | {"DATABASE_URL": database_url()} | short | settings
    environment["DJANGO_SETTINGS_MODULE"] = settings_module
    with (
        log_file.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "manage.py", "qcluster"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as process,
    ):
        running = Cluster(process, log_file)
        try:
            running.wait_for("ready for work", times=int(environment["WORKER_PROCESSES"]))
            running.wait_for("pushing tasks")
            yield running
        finally:
            running.kill()
