"""Takes in what people attach: looked at, made harmless, stored, and only then announced with its message.

The content is stored before the row is written: a row without a file never exists. A process that dies in between
leaves a file without a row, which `sweep_orphans` takes away.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import BinaryIO, NamedTuple, cast

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from crm.monitoring.private import words
from messenger.exceptions import FileTooLarge, FileTypeNotAllowed, Invalid, Unavailable
from messenger.lib import clock
from messenger.lib.storage_errors import storage_errors
from messenger.lib.uploads import CleanFile, FileRefused, clean_file, clean_name
from messenger.models import Attachment
from messenger.models.attachment import FOLDER, attachments_storage

logger = logging.getLogger(__name__)

MAX_FILES = 5

type Upload = UploadedFile[bytes]


class Limits(NamedTuple):
    """What may come in: content types, and bytes of one file."""

    allowed: Sequence[str]
    max_bytes: int


@contextmanager
def stored(files: Sequence[Upload], limits: Limits) -> Iterator[list[Attachment]]:
    """Rows without a message, whose content is stored; what no message took is gone at the end.

    Raises Invalid, FileTooLarge or FileTypeNotAllowed before anything is stored.
    """
    if len(files) > MAX_FILES:
        raise Invalid({"files": [too_many()]})
    cleaned = [(file.name or "", _clean(file, limits)) for file in files]
    rows: list[Attachment] = []
    try:
        for name, file in cleaned:
            rows.append(_store(name, file))
        yield rows
    except (OperationalError, InterfaceError):
        # Where the connection broke at the commit, the message may be stored all the same: the sweep will know.
        raise
    except BaseException:
        _discard(rows)
        raise
    _discard(row for row in rows if row._state.adding)  # noqa: SLF001  (documented by Django)


def too_many() -> str:
    return _("At most %(limit)d files in one message.") % {"limit": MAX_FILES}


def too_large(max_bytes: int) -> FileTooLarge:
    return FileTooLarge(_("A file may have %(limit)d MB at most.") % {"limit": max_bytes // 1_048_576})


def sweep_orphans(*, older_than: timedelta) -> int:
    """Deletes files that no row knows, left behind by processes that died; how many.

    Young ones stay: their message may be on its way.
    """
    storage = attachments_storage()
    before = clock.now() - older_than
    return sum(_sweep(storage, f"{FOLDER}/{folder}", before) for folder in _listed(storage, FOLDER)[0])


def _clean(file: Upload, limits: Limits) -> CleanFile:
    try:
        return clean_file(
            cast(BinaryIO, file),
            allowed=limits.allowed,
            max_bytes=limits.max_bytes,
            max_pixels=settings.MESSENGER_MAX_IMAGE_PIXELS,
        )
    except FileRefused as refused:
        name = clean_name(file.name or "", refused.content_type or file.content_type or "")
        if refused.reason == "too_large":
            raise too_large(limits.max_bytes) from refused
        if refused.reason == "too_many_pixels":
            raise FileTooLarge(_("The image “%(name)s” has too many pixels.") % {"name": name}) from refused
        if refused.reason == "type":
            raise FileTypeNotAllowed from refused
        empty = refused.reason == "empty"
        sentence = _("The file “%(name)s” is empty.") if empty else _("The file “%(name)s” is damaged.")
        raise Invalid({"files": [sentence % {"name": name}]}) from refused


def _store(name: str, file: CleanFile) -> Attachment:
    row = Attachment(
        original_name=clean_name(name, file.content_type),
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        width=file.width,
        height=file.height,
    )
    try:
        row.file.save("", File(file.content), save=False)
    except storage_errors() as error:
        logger.error("An attachment can't be stored: %s", words(error) or type(error).__name__)
        raise Unavailable(retry_after=30) from error
    return row


def _discard(rows: Iterable[Attachment]) -> None:
    for row in rows:
        try:
            row.file.delete(save=False)
        except storage_errors() as error:
            # The sweep finds it later.
            logger.warning("A file that no message took could not be deleted: %s", type(error).__name__)


def _sweep(storage: Storage, folder: str, before: datetime) -> int:
    names = {pk: name for name in _listed(storage, folder)[1] if (pk := _id_of(name)) is not None}
    known = set(Attachment.objects.filter(pk__in=names).values_list("pk", flat=True))
    orphans = [f"{folder}/{name}" for pk, name in names.items() if pk not in known]
    old = [path for path in orphans if _is_old(storage, path, before)]
    for path in old:
        storage.delete(path)
    return len(old)


def _is_old(storage: Storage, path: str, before: datetime) -> bool:
    try:
        return storage.get_modified_time(path) < before
    except FileNotFoundError:
        # Whoever stored it has discarded it just now.
        return False


def _listed(storage: Storage, folder: str) -> tuple[list[str], list[str]]:
    """Folders and files; none where nothing was stored yet."""
    try:
        return storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def _id_of(name: str) -> uuid.UUID | None:
    """What we didn't name ourselves is not ours to delete."""
    try:
        return uuid.UUID(hex=name) if len(name) == 32 else None
    except ValueError:
        return None
