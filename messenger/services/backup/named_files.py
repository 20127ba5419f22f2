"""The files that the database names: listed, copied into one archive, and put back."""

import logging
import tarfile
from collections.abc import Iterator
from itertools import batched, groupby
from pathlib import Path
from typing import IO, NamedTuple, cast

from django.apps import apps
from django.core.exceptions import SuspiciousOperation
from django.core.files import File
from django.core.files.storage import FileSystemStorage
from django.db import models

from messenger.lib.storage_errors import storage_errors
from messenger.models.attachment import attachments_storage
from messenger.services.backup.errors import BackupError
from messenger.services.backup.hashing import BLOCK, Hashed, NewFile

logger = logging.getLogger(__name__)

_BATCH = 2_000
_UNKNOWN = "-"


class Named(NamedTuple):
    """`sha256` is what the row says of its content, where it says anything."""

    model: str
    pk: str
    sha256: str
    name: str

    @classmethod
    def of(cls, line: str) -> "Named":
        return cls(*line.rstrip("\n").split(" ", 3))


class Faults(NamedTuple):
    """Names of files that are missing though their rows are there, and of those whose content is another one."""

    missing: list[str]
    changed: list[str]


def are_on_disk() -> bool:
    return isinstance(attachments_storage(), FileSystemStorage)


def named_now() -> Iterator[Named]:
    """All of them, as the open transaction sees them; those of one folder one after the other."""
    for field in _fields():
        hashed = any(one.name == "sha256" for one in field.model._meta.concrete_fields)  # noqa: SLF001  (public)
        columns = ("pk", field.attname, *(("sha256",) if hashed else ()))
        rows = field.model._default_manager.exclude(**{field.name: ""}).values_list(*columns)  # noqa: SLF001
        for pk, name, *sha256 in rows.order_by("pk").iterator(chunk_size=_BATCH):
            yield Named(field.model._meta.label_lower, str(pk), sha256[0] if sha256 else _UNKNOWN, name)  # noqa: SLF001


def _fields() -> Iterator[models.FileField]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001  (documented by Django as public)
            if isinstance(field, models.FileField):
                yield field


def listed(path: Path) -> Iterator[Named]:
    with path.open(encoding="utf-8") as lines:
        yield from map(Named.of, lines)


def copy_all(names: Path, archive: NewFile) -> Faults:
    """One after the other, so that neither their number nor their size matters."""
    gone: list[Named] = []
    changed: list[str] = []
    with tarfile.open(fileobj=cast(IO[bytes], archive), mode="w|", bufsize=BLOCK) as tar:
        for one in listed(names):
            try:
                digest = _copy(one.name, tar)
            except FileNotFoundError:
                gone.append(one)
                continue
            except storage_errors() as error:
                raise BackupError(f"The file {one.name} can't be copied: {error}.") from error
            if one.sha256 not in (digest, _UNKNOWN):
                changed.append(one.name)
    return Faults(_lost(gone), changed)


def _copy(name: str, tar: tarfile.TarFile) -> str:
    with attachments_storage().open(name, "rb") as source:
        member = tarfile.TarInfo(name)
        member.size, member.mode = source.size, 0o600
        hashed = Hashed(cast(IO[bytes], source))
        tar.addfile(member, cast(IO[bytes], hashed))
        _forget_members(tar)
    return hashed.sha256()


def _forget_members(tar: tarfile.TarFile) -> None:
    """It would remember a million of them, and nobody asks."""
    tar.members = []  # type: ignore[attr-defined]


def look_for_all(names: Path) -> Faults:
    """Which of them the storage doesn't list; it is asked folder by folder and not a million times."""
    gone: list[Named] = []
    for folder, inside in groupby(listed(names), lambda one: one.name.rpartition("/")[0]):
        there = _in_folder(folder)
        gone += [one for one in inside if one.name.rpartition("/")[2] not in there]
    return Faults(_lost(gone), [])


def _in_folder(folder: str) -> set[str]:
    try:
        return set(attachments_storage().listdir(folder)[1])
    except FileNotFoundError:
        return set()
    except storage_errors() as error:
        raise BackupError(f"The files' storage can't be listed: {error}.") from error


def _lost(gone: list[Named]) -> list[str]:
    """Those whose rows are still there: the others were deleted with their rows since the list was made."""
    lost: list[str] = []
    for batch in batched(gone, _BATCH):
        for label in {one.model for one in batch}:
            pks = [one.pk for one in batch if one.model == label]
            there = apps.get_model(label)._default_manager.filter(pk__in=pks)  # noqa: SLF001
            still = {str(pk) for pk in there.values_list("pk", flat=True)}
            lost += [one.name for one in batch if one.model == label and one.pk in still]
    return lost


def put_back(archive: Path) -> int:
    """How many were written. One that is there whole stays, so that a restore that was broken off can go on."""
    written = 0
    try:
        # Not as a stream: the client of a bucket seeks in what it sends.
        with tarfile.open(archive, "r:") as tar:
            while (member := tar.next()) is not None:
                _forget_members(tar)
                if not member.isreg() or (content := tar.extractfile(member)) is None:
                    raise BackupError(f"{archive} holds {member.name}, which is no file.")
                written += _put(member, content)
    except (tarfile.TarError, SuspiciousOperation) as error:
        raise BackupError(f"{archive} can't be read: {error}.") from error
    except storage_errors() as error:
        raise BackupError(f"The files can't be written: {error}.") from error
    return written


def _put(member: tarfile.TarInfo, content: IO[bytes]) -> bool:
    storage = attachments_storage()
    if storage.exists(member.name):
        if storage.size(member.name) == member.size:
            return False
        storage.delete(member.name)
    saved = storage.save(member.name, File(content))
    if saved != member.name:
        raise BackupError(f"The file {member.name} could only be stored as {saved}.")
    return True
