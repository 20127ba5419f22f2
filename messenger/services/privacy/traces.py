"""Where a contact's name stands beside their own rows: the timeline's details, the admin's history, the audit."""

import uuid
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model

from crm.models import AuditEntry
from messenger.models import Contact, Conversation, DataRemoval
from messenger.services.privacy.inventory import KEPT_DETAILS, KEPT_OF_LABELS
from messenger.services.privacy.known import Known

_LABELS = ("labelled", "unlabelled")
_SCRUB_EVENTS = """
UPDATE messenger_conversationevent e SET data = kept.data
FROM (
    SELECT o.id, COALESCE(jsonb_object_agg(d.key, d.value) FILTER (
        WHERE d.key = ANY(CASE WHEN o.kind = ANY(%s::text[]) THEN %s::text[] ELSE %s::text[] END)
    ), '{}') AS data
    FROM messenger_conversationevent o LEFT JOIN LATERAL jsonb_each(o.data) d ON true
    WHERE o.conversation_id = ANY(%s::bigint[])
    GROUP BY o.id
) kept
WHERE e.id = kept.id AND e.data <> kept.data
"""


def allow_changes() -> None:
    """Until the transaction ends the database lets the details of events and audit entries be changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('messenger.anonymize', 'on', true)")


def scrub_events(conversations: list[int]) -> int:
    """Only keys that are known to be harmless stay: reasons are free text."""
    parameters: list[Any] = [list(_LABELS), list(KEPT_OF_LABELS), list(KEPT_DETAILS), conversations]
    with connection.cursor() as cursor:
        cursor.execute(_SCRUB_EVENTS, parameters)
        return int(cursor.rowcount)


def scrub_reasons(contact_id: uuid.UUID, known: Known) -> None:
    """Of removals that were asked for: the audit keeps the same without the name."""
    for removal in DataRemoval.objects.filter(contact=contact_id):
        if (said := known.scrub(removal.reason)) != removal.reason:
            DataRemoval.objects.filter(pk=removal.pk).update(reason=said)


def rename(contact_id: uuid.UUID, conversations: list[int], label: str, known: Known) -> int:
    """In the admin's history and the audit the contact is called by `label`; how many entries changed."""
    labels = {str(pk): f"{label} #{pk}" for pk in conversations}
    return _rename(Contact, {str(contact_id): label}, known) + _rename(Conversation, labels, known)


def _rename(model: type[Model], labels: dict[str, str], known: Known) -> int:
    """`labels` by the ids of the model's rows."""
    kind = ContentType.objects.get_for_model(model)
    count = 0
    for entry in LogEntry.objects.filter(content_type=kind, object_id__in=list(labels)):
        said = labels[str(entry.object_id)], known.scrub(entry.change_message)
        if said != (entry.object_repr, entry.change_message):
            mine = LogEntry.objects.filter(pk=entry.pk)
            count += mine.update(object_repr=said[0], change_message=said[1])
    target = f"{kind.app_label}.{kind.model}"
    for record in AuditEntry.objects.filter(target=target, target_id__in=list(labels)):
        told = labels[record.target_id], known.scrub_all(record.details)
        if told != (record.target_name, record.details):
            same = AuditEntry.objects.filter(pk=record.pk)
            count += same.update(target_name=told[0], details=told[1])
    return count
