"""The processes of docker-compose.yml on this machine, by the same commands, each on a loopback port of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crm.probe import answers
from crm.servers.base import free_port
from tests.stream.server import ROOT, database_url
from tests.topology.compose import command_of
from tests.worker.cluster import wait_until

STOP_SECONDS = 30
SETTINGS = {
    "ALLOWED_HOSTS": "127.0.0.1",
    "MESSENGER_TRUSTED_PROXIES": "127.0.0.1",
    "MESSENGER_STREAM_HEARTBEAT_SECONDS": "2",
    "MESSENGER_CAPTCHA_ENABLED": "0",
    "MESSENGER_GEOIP_ENABLED": "0",
    # Killed, a task is done again a fifth later.
    "WORKER_TASK_SECONDS": "2",
    "MESSENGER_WEBHOOK_TIMEOUT_SECONDS": "1",
    "WORKER_PROCESSES": "1",
    "DATABASE_POOL_SIZE": "4",
    "GRANIAN_WORKERS": "1",
    "GRANIAN_BLOCKING_THREADS": "4",
    # All visitors of a test have one address, and more to say than people.
    **{
        f"MESSENGER_THROTTLE_{what}": ""
        for what in ("BOOTSTRAP_ADDRESS", "SEND_ADDRESS", "SEND_SESSION", "POLL_ADDRESS", "POLL_SESSION")
    },
    "MESSENGER_THROTTLE_STREAM_ADDRESS": "",
    "MESSENGER_THROTTLE_STREAM_SESSION": "",
}


@dataclass
class Process:
    """One of a service's processes, in a group of its own."""

    service: str
    folder: Path
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    # An address of loopback for each "machine".
    host: str = "127.0.0.1"
    _process: subprocess.Popen[bytes] | None = None
    _log_begin: int = 0

    @property
    def name(self) -> str:
        return f"{self.service}-{self.port}"

    @property
    def pid(self) -> int:
        return self._running().pid

    @property
    def log(self) -> str:
        """Since it was started last."""
        return self._log_file.read_bytes()[self._log_begin :].decode(errors="replace")

    def start(self) -> None:
        with self._log_file.open("ab") as output:
            self._log_begin = output.tell()
            self._process = subprocess.Popen(
                self._command(),
                cwd=ROOT,
                env=self._environment(),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        wait_until(self._is_ready, f"{self.name} ready:\n{self.log[-3000:]}")

    def kill(self) -> None:
        """What a power cut does, to all of its processes."""
        process = self._running()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)

    def terminate(self) -> None:
        self._running().send_signal(signal.SIGTERM)

    def wait_for_end(self) -> int:
        return self._running().wait(STOP_SECONDS)

    def stop(self) -> int:
        """What a deployment does; the exit code."""
        self.terminate()
        return self.wait_for_end()

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def _is_ready(self) -> bool:
        assert self._running().poll() is None, f"{self.name} ended by itself:\n{self.log[-3000:]}"
        if self.service == "worker":
            return "ready for work" in self.log
        return answers("/healthz/ready", self.port, self.host)

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def _log_file(self) -> Path:
        return self.folder / f"{self.name}.log"

    def _command(self) -> list[str]:
        program, *arguments = command_of(self.service)
        return [program_path(program), *arguments]

    def _environment(self) -> dict[str, str]:
        own = {"DATABASE_URL": database_url()}
        for server in ("GRANIAN", "UVICORN"):
            own |= {f"{server}_HOST": self.host, f"{server}_PORT": str(self.port)}
        return {**os.environ, **SETTINGS, **own, **self.settings}


class Proxy(Process):
    """Caddy with our Caddyfile, before the processes of `upstreams`."""

    def __init__(self, caddy: str, folder: Path, **upstreams: list[int] | list[str]) -> None:
        """Ports of this machine, or addresses."""
        super().__init__("proxy", folder)
        self._caddy = caddy
        self._targets = {
            name.upper(): " ".join(f"127.0.0.1:{one}" if isinstance(one, int) else one for one in targets)
            for name, targets in upstreams.items()
        }

    def _command(self) -> list[str]:
        return [self._caddy, "run", "--config", "deploy/Caddyfile", "--adapter", "caddyfile"]

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "TARGETS": "targets.local.caddy",
            "SITE_ADDRESS": f"http://127.0.0.1:{self.port}",
            "CADDY_ADMIN": "off",
            "HEALTH_PORT": str(free_port()),
            "STATIC_ROOT": str(self.folder / "static"),
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            **self._targets,
            **self.settings,
        }

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


def program_path(name: str) -> str:
    """Beside the Python that runs the tests, which need not be on PATH."""
    return sys.executable if name == "python" else str(Path(sys.executable).with_name(name))


def caddy_program() -> str | None:
    return shutil.which(os.environ.get("MESSENGER_CADDY", "caddy"))


@contextlib.contextmanager
def running(*processes: Process) -> Iterator[None]:
    """Started all at once, ended with the block."""
    begun = []
    try:
        for process in processes:
            process.start()
            begun.append(process)
        for process in processes:
            process.wait_until_ready()
        yield
    finally:
        for process in begun:
            process.kill()
