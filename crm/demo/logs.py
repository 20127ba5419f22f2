"""Shows on the terminal what a child's log gained and a person should see."""

import sys
from pathlib import Path

from crm.demo.errors import DemoError


class LogFollower:
    """Copies new lines of a log to standard error, without the everyday ones."""

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._path = path
        self._position = path.stat().st_size

    def copy(self) -> None:
        try:
            with self._path.open("rb") as log:
                log.seek(self._position)
                text = log.read()
        except FileNotFoundError as error:
            raise DemoError(f"The demo stopped, because {self._path} was removed.") from error
        whole, _, _ = text.rpartition(b"\n")
        self._position += len(whole) + 1 if whole else 0
        for line in whole.decode(errors="replace").splitlines():
            if "INFO" not in line:
                sys.stderr.write(f"{self._name}: {line}\n")
        sys.stderr.flush()
