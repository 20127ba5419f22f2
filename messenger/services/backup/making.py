"""Makes a back-up: under another name until it is whole, so that half a one is never taken for one."""

import fcntl
import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from crm.monitoring.build import version
from messenger.lib import clock
from messenger.services.backup import database, manifest, named_files, programs, snapshot
from messenger.services.backup.errors import BackupError
from messenger.services.backup.hashing import BLOCK, NewFile, Part
from messenger.services.backup.keys import fingerprint
from messenger.services.backup.manifest import DATABASE, FILES, LIST, Manifest
from messenger.services.backup.named_files import Faults

logger = logging.getLogger(__name__)

_NAME = re.compile(r"messenger-\d{8}T\d{6}Z")
_PART = ".part"
# A migration may hold a table for a moment.
_LOCK_MILLISECONDS = 300_000
_DUMP = ["--format=custom", "--no-owner", "--no-privileges", f"--lock-wait-timeout={_LOCK_MILLISECONDS}"]


class Made(NamedTuple):
    folder: Path
    manifest: Manifest
    faults: Faults


def make(target: Path, *, copy_files: bool | None = None, folder_of_programs: Path | None = None) -> Made:
    """A new folder in `target`. Files are copied from a disk, and in a bucket only looked for, unless told otherwise.

    Raises BackupError, and leaves nothing behind then.
    """
    program = programs.find("pg_dump", at_least=database.major(), folder=folder_of_programs)
    is_copied = named_files.are_on_disk() if copy_files is None else copy_files
    try:
        with _unfinished(target) as (part, name):
            seen, parts = _database(part, program)
            faults = _files(part, parts, is_copied)
            told = _told(seen, parts, program, is_copied)
            manifest.write(told, part)
            _sync(part)
            part.rename(target / name)
            _sync(target)
    except OSError as error:
        raise BackupError(f"The back-up can't be written to {target}: {error.strerror or error}.") from error
    logger.info("A back-up was made: %s", name)
    return Made(target / name, told, faults)


def _database(part: Path, program: programs.Program) -> tuple[snapshot.Snapshot, dict[str, Part]]:
    """First: a file that comes later than its row may be missing, a file without a row does no harm."""
    with NewFile(part / DATABASE) as dump:
        with snapshot.taken() as seen:
            names = snapshot.write_names(part / LIST)
            programs.copy_out(program, [*_DUMP, f"--snapshot={seen.name}"], dump.write, BLOCK)
        return seen, {DATABASE: dump.whole(), LIST: names}


def _files(part: Path, parts: dict[str, Part], is_copied: bool) -> Faults:
    if not is_copied:
        return named_files.look_for_all(part / LIST)
    with NewFile(part / FILES) as archive:
        faults = named_files.copy_all(part / LIST, archive)
        parts[FILES] = archive.whole()
    return faults


def _told(
    seen: snapshot.Snapshot, parts: dict[str, Part], program: programs.Program, is_copied: bool
) -> Manifest:
    return Manifest(
        format=manifest.FORMAT,
        made_at=clock.now().isoformat(timespec="seconds"),
        version=version(),
        postgres=seen.postgres,
        program=program.version,
        locale=seen.locale,
        key=fingerprint(),
        migrations=seen.migrations,
        counts=seen.counts,
        files_copied=is_copied,
        parts=parts,
    )


@contextmanager
def _unfinished(target: Path) -> Iterator[tuple[Path, str]]:
    """A folder that is locked while we live, and the name that it gets; gone again where that comes to nothing."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"messenger-{clock.now():%Y%m%dT%H%M%SZ}"
    part = target / f".{name}{_PART}"
    with ExitStack() as stack:
        with _locked(target):
            _sweep(target)
            if (target / name).exists() or part.exists():
                raise BackupError(f"{target / name} is there already, or is being made.")
            part.mkdir(mode=0o700)
            stack.enter_context(_locked(part))
        try:
            yield part, name
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise


def _sweep(target: Path) -> None:
    """Removes what killed ones left: whoever still works holds its lock."""
    for left in target.glob(f".messenger-*{_PART}"):
        with suppress(BlockingIOError), _locked(left, fcntl.LOCK_NB):
            shutil.rmtree(left)


@contextmanager
def _locked(folder: Path, option: int = 0) -> Iterator[None]:
    """Until the block or the process ends."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | option)
        yield
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def whole(target: Path) -> list[Path]:
    """The back-ups of a folder, the newest first."""
    found = (path for path in target.iterdir() if _NAME.fullmatch(path.name))
    return sorted((path for path in found if (path / manifest.NAME).is_file()), reverse=True)


def remove_all_but(target: Path, kept: int) -> list[Path]:
    """Only ours, and only whole ones, the oldest first to go."""
    old = whole(target)[kept:]
    for folder in old:
        # Renamed first: what is removed half is no back-up any more.
        gone = folder.rename(folder.with_name(f".{folder.name}{_PART}"))
        shutil.rmtree(gone)
    return old
