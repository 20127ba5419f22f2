"""Files that go with their rows: after the commit, so that what stays a row keeps its file.

A process that dies between the two leaves a file without a row, which the nightly sweeps take away.
"""

import logging
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from messenger.lib.storage_errors import storage_errors
from messenger.models import Attachment, DataExport, Message
from messenger.models.attachment import attachments_storage

logger = logging.getLogger(__name__)

Direction = Message.Direction


def attachments_to_delete(conversations: list[int], *, sent: bool) -> QuerySet[Attachment]:
    """The client's own and those of notes; with `sent` those that were sent to the client, too."""
    directions = [Direction.IN, Direction.INTERNAL, *([Direction.OUT] if sent else [])]
    return Attachment.objects.filter(
        message__conversation__in=conversations, message__direction__in=directions
    )


def delete_rows[M: (Attachment, DataExport)](rows: QuerySet[M]) -> list[M]:
    """Deletes rows now and their files on commit; what was deleted."""
    found = list(rows)
    rows.model.objects.filter(pk__in=[row.pk for row in found]).delete()
    names = [str(row.file.name) for row in found if row.file.name]
    if names:
        transaction.on_commit(lambda: delete_files(names))
    return found


def delete_files(names: Sequence[str]) -> None:
    storage = attachments_storage()
    for name in names:
        try:
            storage.delete(name)
        except storage_errors() as error:
            logger.warning("A deleted row's file is left to the sweep: %s", type(error).__name__)
