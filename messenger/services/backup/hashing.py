"""Streams that count and hash what passes."""

import hashlib
import os
from pathlib import Path
from typing import IO, NamedTuple, Self

BLOCK = 1_048_576


class Part(NamedTuple):
    """A file of a back-up."""

    bytes: int
    sha256: str


class NewFile:
    """A file for its owner alone, hashed while it is written."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb", BLOCK)
        self._hash = hashlib.sha256()
        self._bytes = 0

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self._bytes += len(data)
        return self._file.write(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def whole(self) -> Part:
        """It has reached the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return Part(self._bytes, self._hash.hexdigest())


class Hashed:
    """Hashes what is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        return data

    def sha256(self) -> str:
        return self._hash.hexdigest()


def part_of(path: Path) -> Part:
    """Raises OSError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Part(file.tell(), digest)
