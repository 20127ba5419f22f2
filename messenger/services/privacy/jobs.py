"""Exports that take longer than a request may: made by the worker, kept for a day, for whoever asked.

A worker that dies leaves the row unfinished, and it is begun anew (`turns`); of two attempts at the same time the
first finished one counts.
"""

import tempfile
import uuid
from datetime import timedelta
from typing import IO, Any, cast

from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.models import User
from messenger.exceptions import Invalid
from messenger.lib import clock
from messenger.models import Contact, DataExport, Message
from messenger.models.attachment import attachments_storage
from messenger.models.data_export import FOLDER
from messenger.services.privacy import files
from messenger.services.privacy.archive import write_zip
from messenger.services.privacy.export import write_json
from messenger.services.privacy.hints import again, hint
from messenger.volatile import volatile

LIFE = timedelta(hours=24)
# More messages than these, or files, are the worker's.
AT_ONCE = 2_000
REASON_LENGTH = 500
SPOOLED = 4_194_304
_PROGRESS_SECONDS = 3_600


def fits_at_once(contact: Contact, *, with_files: bool) -> bool:
    messages = Message.objects.filter(conversation__contact=contact)
    return not with_files and not messages[AT_ONCE:].exists()


def checked_reason(reason: str) -> str:
    """Raises Invalid for none, one that is too long, or one that can't be stored."""
    text = reason.strip()
    if not text:
        raise Invalid({"reason": [_("Say why, for the record.")]})
    if "\0" in text:
        raise Invalid({"reason": [_("The text has characters that can't be stored.")]})
    if len(text) > REASON_LENGTH:
        raise Invalid({"reason": [_("At most %(limit)d characters.") % {"limit": REASON_LENGTH}]})
    return text


@transaction.atomic
def request_export(contact: Contact, *, requested_by: User, reason: str, with_files: bool) -> DataExport:
    """Hands the export to the worker. One that waits for the same person already isn't made twice."""
    # Anonymization holds this lock: nothing is asked for while the data goes.
    Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    waiting = DataExport.objects.filter(
        contact=contact, requested_by=requested_by, with_files=with_files, finished_at=None, failed_at=None
    )
    if same := waiting.filter(expires_at__gt=clock.now()).first():
        return same
    export = DataExport.objects.create(
        contact=contact,
        requested_by=requested_by,
        reason=checked_reason(reason),
        with_files=with_files,
        expires_at=clock.now() + LIFE,
    )
    hint()
    return export


def export_again(exports: QuerySet[DataExport]) -> bool:
    """Whether one of them had been given up, and is tried anew."""
    return again(exports, expires_at=clock.now() + LIFE)


def run_export(export_id: uuid.UUID) -> str:
    """Makes the file. Of an export that is gone or finished nothing is made; what came of it, in a line."""
    export = DataExport.objects.select_related("contact").filter(pk=export_id, finished_at=None).first()
    if export is None:
        return "nothing to do"
    with tempfile.TemporaryFile() as made:
        _write(export, made)
        size = made.tell()
        made.seek(0)
        export.file.save("", File(cast("IO[Any]", made)), save=False)
    return _finish(export, size)


def _write(export: DataExport, out: IO[bytes]) -> None:
    key = _progress_key(export.pk)

    def note(count: int) -> None:
        volatile.set(key, count, _PROGRESS_SECONDS)

    target = cast("Any", out)
    if export.with_files:
        write_zip(export.contact_id, target, pretty=True, progress=note)
    else:
        write_json(export.contact_id, target, pretty=True, progress=note)


def _finish(export: DataExport, size: int) -> str:
    """Another attempt may have been first, and the contact may have been anonymized meanwhile."""
    name, now = str(export.file.name), clock.now()
    done = DataExport.objects.filter(pk=export.pk, finished_at=None).update(
        file=name, size=size, finished_at=now, failed_at=None, expires_at=now + LIFE
    )
    volatile.delete(_progress_key(export.pk))
    if not done:
        files.delete_files([name])
        return "another attempt was first, or the export is gone"
    return f"{size} bytes exported"


def progress(export: DataExport) -> int:
    """Messages written so far; without Redis nobody knows, and it reads 0."""
    return int(volatile.get(_progress_key(export.pk)) or 0)


def visible_to(user: User) -> QuerySet[DataExport]:
    """Whoever asked has it, and administrators; until it expires."""
    exports = DataExport.objects.filter(expires_at__gt=clock.now())
    return exports if user.is_messenger_administrator else exports.filter(requested_by=user)


def sweep_exports() -> int:
    """Deletes what has expired, and files that no row knows and that are older than a day; how many rows."""
    with transaction.atomic():
        gone = files.delete_rows(DataExport.objects.filter(expires_at__lte=clock.now()))
    storage = attachments_storage()
    try:
        names = [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]]
    except FileNotFoundError:
        return len(gone)
    known = set(DataExport.objects.filter(file__in=names).values_list("file", flat=True))
    before = clock.now() - LIFE
    for name in set(names) - known:
        if _modified_before(name, before):
            files.delete_files([name])
    return len(gone)


def _modified_before(name: str, moment: Any) -> bool:
    try:
        return bool(attachments_storage().get_modified_time(name) < moment)
    except FileNotFoundError:
        return False


def _progress_key(export_id: uuid.UUID) -> str:
    return f"messenger:export:{export_id}"
