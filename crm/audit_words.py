"""What people read of the audit."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext_lazy as _

# Whatever is recorded under another word is shown as it is.
ACTIONS: dict[str, Any] = {
    "added": _("added"),
    "changed": pgettext_lazy("audit", "changed"),
    "deleted": _("deleted"),
    "exported": _("exported"),
    "downloaded": _("export downloaded"),
    "imported": _("imported"),
    "removal_requested": _("removal asked for"),
    "anonymized": _("anonymized"),
    "revoked": _("revoked"),
    "webhook_stopped": _("webhook turned off by itself"),
    "logged_in": _("logged in"),
    "log_in_locked": _("log-in locked after many tries"),
    "password_changed": _("own password changed"),
    "password_set": _("password set by an invitation"),
    "invited": _("invited"),
    "sessions_ended": _("logged out everywhere"),
    "second_factor_on": _("second factor turned on"),
    "second_factor_off": _("second factor turned off"),
    "second_factor_reset": _("second factor reset"),
    "second_factor_locked": _("codes locked after many tries"),
    "recovery_codes_made": _("new recovery codes"),
    "recovery_code_used": _("recovery code used"),
}
COLORS = dict.fromkeys(ACTIONS, "default") | {
    "added": "success",
    "changed": "info",
    "deleted": "danger",
    "removal_requested": "warning",
    "anonymized": "danger",
    "revoked": "warning",
    "log_in_locked": "warning",
    "second_factor_locked": "warning",
    "second_factor_off": "warning",
    "second_factor_reset": "warning",
}
# Details beside the changed fields; of the others the recorded word is shown.
DETAILS: dict[str, Any] = {
    "after_months": _("after months"),
    "by": _("by way of"),
    "clients": _("clients"),
    "columns": _("columns"),
    "delete_attachments": _("the client's files deleted"),
    "delete_sent_attachments": _("files sent to the client deleted"),
    "file": _("file"),
    "filters": _("filters"),
    "format": _("format"),
    "left": _("left"),
    "options": _("options"),
    "reason": _("reason"),
    "redact_messages": _("texts removed"),
    "rows": _("rows"),
    "seconds": _("seconds"),
    "with_files": _("with files"),
}
WAYS: dict[str, Any] = {"command line": _("the command line"), "background": _("the worker")}
YES, NO, NOTHING = gettext_lazy("yes"), gettext_lazy("no"), "—"


def action_words(action: str) -> str:
    return str(ACTIONS.get(action, action.replace("_", " ")))


def kind_words(target: str) -> str:
    """The name of "label.model" to people."""
    try:
        return str(apps.get_model(target)._meta.verbose_name)  # noqa: SLF001  (Django's own API)
    except (LookupError, ValueError):
        return target


def detail_words(name: str, value: Any) -> tuple[str, str]:
    """The name of a detail and its value, to people."""
    said = WAYS.get(value, value) if name == "by" else value
    return str(DETAILS.get(name, name)), shown(said)


def shown(value: Any) -> str:
    if value is None or value in ("", []):
        return NOTHING
    if isinstance(value, bool):
        return str(YES if value else NO)
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    return str(value)


def field_words(change: dict[str, Any]) -> str:
    """`{"row", "field"}` as "Monday: opens"."""
    parts = (change.get("row", ""), change.get("field", ""))
    return ": ".join(gettext(part) for part in parts if part)


def named(changes: Iterable[dict[str, Any]], limit: int = 3) -> str:
    """The first fields, for a line of the list."""
    names = list(dict.fromkeys(field_words(change) for change in changes))
    more = f" +{len(names) - limit}" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
