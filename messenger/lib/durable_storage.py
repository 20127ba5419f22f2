"""Files on disk that survive a power cut: what a row tells of has reached the disk before the row does."""

import os
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class DurableFileSystemStorage(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        try:
            saved: str = super()._save(name, content)  # type: ignore[misc]
            path = Path(self.path(saved))
            _sync(path)
            _sync(path.parent)
        except OSError:
            # Half a file on a disk that is full would keep it full.
            Path(self.path(name)).unlink(missing_ok=True)
            raise
        return saved


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
