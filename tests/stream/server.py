"""A real process that serves streams, for a test to talk to."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from crm.servers.base import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30

# Quick enough to watch, and without limits where a test doesn't ask for them.
SETTINGS = {
    "MESSENGER_STREAM_HEARTBEAT_SECONDS": "1",
    "MESSENGER_STREAM_RECHECK_SECONDS": "0.4",
    "MESSENGER_STREAMS_PER_ADDRESS": "5000",
    "MESSENGER_THROTTLE_STREAM_ADDRESS": "",
    "MESSENGER_THROTTLE_STREAM_SESSION": "",
    "MESSENGER_THROTTLE_STREAM_INBOX": "",
    "DATABASE_POOL_SIZE": "4",
}


def database_url() -> str:
    """The database of this test run."""
    url = os.environ["DATABASE_URL"]
    return f"{url.rpartition('/')[0]}/{connection.settings_dict['NAME']}"


class StreamServer:
    """uvicorn with the streams' application on a free port."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> int:
        return self.process.wait(seconds)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError(f"The stream process did not start:\n{self.log.read_text()}")


@contextlib.contextmanager
def stream_server(
    folder: Path, application: str = "messenger.stream.asgi:application", **settings: str
) -> Iterator[StreamServer]:
    """Runs a process with these settings in its environment for as long as the block lasts."""
    port, log = free_port(), folder / "stream.log"
    environment = {**os.environ, **SETTINGS, "DATABASE_URL": database_url(), **settings}
    command = [sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1", "--port", str(port)]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "--no-proxy-headers"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        server = StreamServer(process, port, log)
        try:
            server._wait_until_ready()
            yield server
        finally:
            process.kill()
