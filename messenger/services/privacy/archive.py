"""The export as a ZIP: the document and the files of its messages, written as they are read."""

import logging
import shutil
import uuid
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, cast

import orjson

from messenger.lib import clock
from messenger.lib.storage_errors import storage_errors
from messenger.models import Attachment
from messenger.services.privacy.export import Progress, write_json
from messenger.services.privacy.shapes import path_in_archive

logger = logging.getLogger(__name__)

DOCUMENT, MISSING = "contact.json", "missing.json"
BATCH = 200
BLOCK = 262_144


def write_zip(
    contact_id: uuid.UUID, out: BinaryIO, *, pretty: bool = False, progress: Progress | None = None
) -> int:
    """How many files of messages couldn't be read: `missing.json` names them, and the rest is there.

    `out` need not be seekable. Raises NotFound.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_entry(DOCUMENT), "w", force_zip64=True) as document:
            stream = cast(BinaryIO, document)
            last_id = write_json(contact_id, stream, pretty=pretty, with_files=True, progress=progress)
        # After the snapshot: how long a distant store takes is nothing that the database should wait for.
        missing = [
            path_in_archive(file) for file in _attachments(contact_id, last_id) if not _add(archive, file)
        ]
        if missing:
            archive.writestr(_entry(MISSING), orjson.dumps(missing, option=orjson.OPT_INDENT_2))
    return len(missing)


def _entry(name: str, *, packed: bool = True) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, clock.now().timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    # For its owner alone, where it is unpacked.
    entry.external_attr = 0o600 << 16
    return entry


def _attachments(contact_id: uuid.UUID, last_id: int) -> Iterator[Attachment]:
    """Those of messages up to this one, batch by batch by their key."""
    rows = Attachment.objects.filter(message__conversation__contact=contact_id, message__lte=last_id)
    after = 0
    while batch := list(rows.filter(message__gt=after).order_by("message_id", "pk")[:BATCH]):
        if len(batch) == BATCH:
            # The last message's files may go on in the next batch: it is read again from its first.
            last = batch[-1].message_id
            batch = [file for file in batch if file.message_id != last] or batch
        yield from batch
        after = batch[-1].message_id


def _add(archive: zipfile.ZipFile, attachment: Attachment) -> bool:
    """Pictures and PDF are packed already. A file that breaks off in the middle leaves what was read of it."""
    try:
        content = attachment.file.open("rb")
    except storage_errors() as error:
        logger.error("The file of attachment %s can't be exported: %s", attachment.pk, type(error).__name__)
        return False
    entry = _entry(path_in_archive(attachment), packed=False)
    try:
        with content, archive.open(entry, "w", force_zip64=True) as target:
            shutil.copyfileobj(content, target, BLOCK)
    except storage_errors() as error:
        logger.error("The file of attachment %s broke off: %s", attachment.pk, type(error).__name__)
        return False
    return True
