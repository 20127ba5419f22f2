"""Whoever takes data out or brings it in is on record: before the first byte goes out, and with what was written."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.utils.translation import override

from crm import audit
from messenger.services.exporting import Column

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin
    from messenger.admin.exchange.preview import Line


def record_exchange(request: HttpRequest, action: str, what: str, **details: Any) -> None:
    """`what` is the name of a sheet."""
    audit.record(request, action, what=what, **details)


def record_row(
    admin: "MessengerAdmin[Any]", request: HttpRequest, line: "Line", columns: Sequence[Column[Any]]
) -> None:
    """An imported row, in the history and, old → new, in the audit: by the ways of a form (`crm.admin_base`)."""
    with override(None):
        titles = [str(column.title) for column in columns]
    if line.kind == "new":
        admin.log_addition(request, line.instance, [{"added": {}}])
    elif line.kind == "update":
        changes = [
            {"field": title, "old": cell.before or None, "new": cell.after or None}
            for title, cell in zip(titles, line.cells, strict=True)
            if cell.before is not None
        ]
        request.audited_changes = changes  # type: ignore[attr-defined]
        fields = [change["field"] for change in changes]
        admin.log_change(request, line.instance, [{"changed": {"fields": fields}}])
