"""The folder in which a demo keeps all that it makes."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crm.demo.errors import RefusalError

# The marker is what tells a demo's folder from somebody else's; it is locked while the demo runs.
MARKER = ".messenger-demo"
CONTENTS = (
    "demo.json", "files", "log", "logins.json", "postgres", "postgres.new", "postgres.password", "secret",
)  # fmt: skip


class DemoFolder:
    """A folder that is ours alone for as long as this process lives."""

    def __init__(self, path: Path) -> None:
        """Take the folder, or refuse it with a sentence."""
        self.path = path.absolute()
        try:
            self._check()
            self.path.mkdir(parents=True, exist_ok=True)
            # The server's own account passes through here; what is private lies in files and folders of 0700.
            self.path.chmod(0o711)
            self._lock = os.open(self.path / MARKER, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise RefusalError(f"The folder {path} can't be used: {error.strerror}.") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RefusalError(
                f"Another demo is running in the folder {path}: stop it or choose DATA_DIR."
            ) from error

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def files(self) -> Path:
        """The attachments."""
        return self.path / "files"

    @property
    def description(self) -> Path:
        return self.path / "demo.json"

    @property
    def logins(self) -> Path:
        return self.path / "logins.json"

    def prepare(self, *, reset: bool) -> None:
        """Remove what an earlier run left to mislead a reader; with `reset` everything that demos made."""
        stale = CONTENTS if reset else ("demo.json", "logins.json", "log")
        try:
            for name in stale:
                _remove(self.path / name)
            self.log.mkdir()
        except OSError as error:
            raise RefusalError(
                f"The folder {self.path} can't be used: {error.filename}: {error.strerror}."
            ) from error

    def secret_key(self) -> str:
        """The key of this demo: made once, so that log-ins and visitors' tokens outlive a restart."""
        path = self.path / "secret"
        if not path.exists():
            self._write(path, secrets.token_urlsafe(50))
        return path.read_text(encoding="ascii")

    def describe(self, description: Mapping[str, Any]) -> None:
        self._write(self.description, json.dumps(description, indent=2, ensure_ascii=False) + "\n")

    def forget_description(self) -> None:
        self.description.unlink(missing_ok=True)

    def _check(self) -> None:
        if not self.path.exists() or (self.path / MARKER).exists():
            return
        if not self.path.is_dir():
            raise RefusalError(f"{self.path} is not a folder: choose another DATA_DIR.")
        if any(self.path.iterdir()):
            raise RefusalError(
                f"The folder {self.path} holds something else than a demo: choose another DATA_DIR."
            )

    def _write(self, path: Path, text: str) -> None:
        """Write a private file whole or not at all."""
        unfinished = path.with_name(f".{path.name}.new")
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
