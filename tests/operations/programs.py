"""The commands as processes, and programs that stand in for PostgreSQL's own where something has to go wrong."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from messenger.services.backup import programs
from tests.stream.server import ROOT, database_url

SECONDS = 120


def stand_in(folder: Path, name: str, *, before: str = "", after: str = "", version: str = "") -> Path:
    """The real program, with lines of shell around its work; `version` is what it claims to be. Its folder."""
    real = programs.find(name, at_least=16)
    folder.mkdir(exist_ok=True)
    script = folder / name
    script.write_text(
        f"""#!/bin/sh
if [ "$1" = --version ]; then echo "{name} (PostgreSQL) {version or real.version}"; exit; fi
{before}
"{real.path}" "$@" || exit
{after}
"""
    )
    script.chmod(0o700)
    return folder


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@contextlib.contextmanager
def started(*arguments: str) -> "Iterator[subprocess.Popen[bytes]]":
    command = [sys.executable, "manage.py", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def environment() -> dict[str, str]:
    # With a pool, as it is outside of tests.
    return {**os.environ, "DATABASE_URL": database_url(), "DATABASE_POOL_SIZE": "4"}
