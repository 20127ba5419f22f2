"""Hands exports out: a small one as it is made, a large one when the worker has made it."""

import tempfile
from typing import IO, Any, cast

from django.http import FileResponse, Http404
from django.utils import timezone

from messenger.lib.storage_errors import storage_errors
from messenger.models import Contact, DataExport
from messenger.services.privacy.export import write_json
from messenger.services.privacy.jobs import SPOOLED


def made_at_once(contact: Contact) -> FileResponse:
    """Made whole before it is sent: a slow client keeps no snapshot of the database open."""
    made = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115  (the answer closes it)
    write_json(contact.pk, cast("Any", made), pretty=True)
    made.seek(0)
    return _answer(cast("IO[bytes]", made), contact.pk.hex, "json")


def made_before(export: DataExport) -> FileResponse:
    try:
        content = export.file.open("rb")
    except storage_errors() as error:
        raise Http404 from error
    return _answer(cast("IO[bytes]", content), export.contact_id.hex, "zip" if export.with_files else "json")


def _answer(content: IO[bytes], contact: str, extension: str) -> FileResponse:
    """Named by the contact's number: a folder of downloads should tell no names."""
    name = f"contact-{contact[:8]}-{timezone.localtime():%Y-%m-%d}.{extension}"
    response = FileResponse(
        content, as_attachment=True, filename=name, content_type=f"application/{extension}"
    )
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
