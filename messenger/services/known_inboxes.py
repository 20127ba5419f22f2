"""Inboxes as a whole, for the beginning of visits: read from the database when they have changed.

A row of seventy columns costs a fifth of a bootstrap. Whoever is at the door is told its version with the little that
every request needs, and that is forgotten wherever an inbox is changed; so another process's change is seen here.
"""

from copy import copy
from typing import Any

from django.db.models import TextField
from django.db.models.expressions import RawSQL

from messenger.models import Inbox

# Of PostgreSQL's own: the transaction that has written the row, and where it stands.
VERSION = RawSQL("messenger_inbox.xmin::text || messenger_inbox.ctid::text", [], output_field=TextField())

_kept: dict[int, tuple[str, Inbox]] = {}


def inbox_of_version(inbox_id: int, version: str) -> Inbox | None:
    """The inbox, at least as new as that version; None where it was deleted. The caller's own copy."""
    kept_version, inbox = _kept.get(inbox_id, ("", None))
    if inbox is None or kept_version != version:
        row: Any = Inbox.objects.annotate(version=VERSION).filter(pk=inbox_id).first()
        if row is None:
            _kept.pop(inbox_id, None)
            return None
        _kept[inbox_id] = row.version, row
        inbox = row
    return copy(inbox)
