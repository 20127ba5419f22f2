"""Filters of the audit by what occurs in it: looked up step by step in an index, and not among all entries."""

from typing import Any

from django.contrib import admin
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.audit_words import kind_words
from crm.models import AuditEntry

# DISTINCT reads the index from end to end.
_KINDS = """
WITH RECURSIVE kinds(target) AS (
    (SELECT target FROM crm_auditentry WHERE target > '' ORDER BY target LIMIT 1)
    UNION ALL
    SELECT (SELECT target FROM crm_auditentry e WHERE e.target > kinds.target ORDER BY target LIMIT 1)
    FROM kinds WHERE kinds.target IS NOT NULL
)
SELECT target FROM kinds WHERE target IS NOT NULL
"""


def kinds() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_KINDS)
        return [kind for (kind,) in cursor.fetchall()]


class KindFilter(admin.SimpleListFilter):
    title = _("kind of object")
    parameter_name = "target"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind_words(kind)) for kind in kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(target=self.value()) if self.value() else queryset


class ActorFilter(admin.RelatedFieldListFilter):
    """Of people those who have done something."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        have_acted = Q(Exists(AuditEntry.objects.filter(actor=OuterRef("pk"))))
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=have_acted)
