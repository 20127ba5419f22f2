"""Whether attachments can be stored."""

import os
import shutil
import tempfile
from pathlib import Path

from django.core.files.storage import FileSystemStorage
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from messenger.lib.storage_errors import storage_errors
from messenger.models.attachment import attachments_storage
from messenger.services.diagnosis.finding import Verdict, error, ok, warning

LOW_BYTES = 1024**3
FULL_BYTES = 50 * 1024**2
# Nothing is called so: the store has to answer that it isn't there.
NOBODYS = "messenger/diagnosis"


def storage() -> Verdict:
    store = attachments_storage()
    return _disk(Path(store.location)) if isinstance(store, FileSystemStorage) else _service()


def _disk(folder: Path) -> Verdict:
    """As it is made with the first file, its parent counts as well."""
    there = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not os.access(there, os.W_OK | os.X_OK):
        return error(_("The folder of attachments can't be written to: files are refused."))
    try:
        _write_something(there)
    except OSError as trouble:
        return error(
            _("Nothing can be written to the folder of attachments (%(error)s): files are refused.")
            % {"error": os.strerror(trouble.errno or 0)}
        )
    free = shutil.disk_usage(there).free
    sentence = _("Attachments are kept on disk, with %(free)s free.") % {"free": filesizeformat(free)}
    if free < FULL_BYTES:
        return error(sentence)
    return ok(sentence) if free >= LOW_BYTES else warning(sentence)


def _write_something(folder: Path) -> None:
    """Quotas, and disks that were made read-only, show no other way."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"messenger")
        file.flush()
        os.fsync(file.fileno())


def _service() -> Verdict:
    try:
        attachments_storage().exists(NOBODYS)
    except storage_errors() as trouble:
        return error(
            _("The store of attachments can't be reached (%(error)s): files are refused.")
            % {"error": type(trouble).__name__}
        )
    return ok(_("Attachments are kept in an S3-compatible store, which answers."))
