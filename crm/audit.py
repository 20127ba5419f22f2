"""Writes down who did what to settings, people and data. What is recorded is never changed or removed.

`record` joins the transaction of its caller: what is rolled back was not done, and leaves no entry.
"""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from crm.client import address_of
from crm.models import AuditEntry, User


def record(
    request: HttpRequest | None,
    action: str,
    *,
    target: Model | None = None,
    actor: User | None = None,
    **details: Any,
) -> AuditEntry:
    """Records that the user of `request`, or the system itself where there is none, did `action` to `target`.

    `actor` is named where there is no request any more: what a worker does on somebody's order.
    `action` is a short word such as "changed" or "exported" (`crm.audit_words` shows it to people); `details` are
    plain values: never a secret, and nothing that a visitor wrote.
    """
    kind = target._meta.label_lower if target is not None else ""  # noqa: SLF001  (Django's own API)
    if request is not None and isinstance(request.user, User):
        actor = request.user
    return AuditEntry.objects.create(
        actor=actor,
        actor_name=str(actor or ""),
        action=action,
        target=kind,
        target_id=str(target.pk) if target is not None else "",
        target_name=str(target) if target is not None else "",
        details=details,
        address=address_of(request) if request is not None else None,
    )
