"""What a back-up says of itself."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from messenger.services.backup.errors import BackupError
from messenger.services.backup.hashing import Part, part_of

FORMAT = 1
NAME = "manifest.json"
DATABASE, FILES, LIST = "database.dump", "files.tar", "files.txt"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`migrations` are those that the database had, `key` tells the SECRET_KEY apart without showing it.

    `postgres` is the server's major version, `program` that of pg_dump; `locale` is how the database sorts.
    """

    format: int
    made_at: str
    version: str
    postgres: int
    program: str
    locale: str
    key: str
    migrations: Mapping[str, list[str]]
    counts: Mapping[str, int]
    files_copied: bool
    parts: Mapping[str, Part]

    @property
    def program_major(self) -> int:
        return int(self.program.partition(".")[0])


def write(manifest: Manifest, folder: Path) -> None:
    """Durably: a folder with a manifest is whole."""
    values = asdict(manifest) | {"parts": {name: part._asdict() for name, part in manifest.parts.items()}}
    descriptor = os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(values, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """Raises BackupError for what is no back-up, or one of a form that we don't know."""
    try:
        values = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if values["format"] == FORMAT:
            return _of(values)
    except FileNotFoundError as error:
        raise BackupError(
            f"{folder} holds no {NAME}: it is no back-up, or one that was broken off."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{folder / NAME} can't be read: it is damaged.") from error
    except OSError as error:
        raise BackupError(f"{folder / NAME} can't be read: {error.strerror}.") from error
    raise BackupError(f"The back-up has form {values['format']}, and this version knows {FORMAT} alone.")


def _of(values: dict[str, Any]) -> Manifest:
    parts = {
        str(name): Part(int(part["bytes"]), str(part["sha256"])) for name, part in values["parts"].items()
    }
    needed = {DATABASE, LIST} | ({FILES} if values["files_copied"] else set())
    if parts.keys() != needed:
        raise ValueError(f"other parts than {sorted(needed)}")
    return Manifest(**values | {"parts": parts})


def check_parts(manifest: Manifest, folder: Path) -> None:
    """Reads all of it. Raises BackupError where a byte is not as it was written."""
    for name, told in manifest.parts.items():
        try:
            found = part_of(folder / name)
        except OSError as error:
            raise BackupError(f"{folder / name} can't be read: {error.strerror}.") from error
        if found != told:
            raise BackupError(
                f"{folder / name} is damaged: it has {found.bytes} bytes with SHA-256 {found.sha256}, and had "
                f"{told.bytes} with {told.sha256}."
            )
