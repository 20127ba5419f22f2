"""PgBouncer in transaction mode, with the lines of docs/operations/deploy.md before the database of the tests."""

import os
import re
import shutil
import socket
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.stream.server import ROOT, database_url
from tests.topology.processes import Process

PAGE = ROOT / "docs" / "operations" / "deploy.md"
# What differs from machine to machine, and what is turned for a test. Each transaction gets another session than the
# one before, so that whatever stays in one is missed at once.
HERE = {
    "listen_addr": "127.0.0.1",
    "auth_type": "any",
    "auth_file": "",
    "default_pool_size": "4",
    "server_round_robin": "1",
    "unix_socket_dir": "",
}


def pgbouncer_program() -> str | None:
    wanted = os.environ.get("MESSENGER_PGBOUNCER", "pgbouncer")
    return shutil.which(wanted) or shutil.which(wanted, path="/usr/sbin:/usr/local/bin")


def documented() -> dict[str, str]:
    """The settings that the page recommends."""
    found = re.search(r"```ini\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"{PAGE} has no configuration of PgBouncer"
    section = found[1].partition("[pgbouncer]\n")[2]
    lines = (line.partition(";")[0] for line in section.splitlines())
    return {name.strip(): value.strip() for name, _, value in (line.partition("=") for line in lines) if name}


class PgBouncer(Process):
    """Before the database of `database` (else of the tests), or before `server`; `more` is turned beside the page."""

    def __init__(
        self, program: str, folder: Path, *, database: str = "", server: str = "", **more: str
    ) -> None:
        super().__init__("pgbouncer", folder)
        self._program = program
        self._database = urlsplit(database or database_url())
        self._file = folder / f"pgbouncer-{self.port}.ini"
        self._file.write_text(self._configuration(server, more), encoding="utf-8")

    @property
    def url(self) -> str:
        return f"postgresql://{self._database.username}@127.0.0.1:{self.port}{self._database.path}"

    def _configuration(self, server: str, more: dict[str, str]) -> str:
        own = self._database
        host, _, port = (server or f"{own.hostname}:{own.port}").partition(":")
        login = f"user={own.username} password={unquote(own.password or '')}"
        settings = documented() | HERE | {"listen_port": str(self.port)} | more
        lines = [f"{name} = {value}" for name, value in settings.items()]
        return "\n".join(["[databases]", f"* = host={host} port={port} {login}", "[pgbouncer]", *lines, ""])

    def _command(self) -> list[str]:
        # It refuses to run as root.
        account = ["-u", "nobody"] if os.geteuid() == 0 else []
        return [self._program, *account, str(self._file)]

    def _environment(self) -> dict[str, str]:
        return dict(os.environ)

    def _is_ready(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False
