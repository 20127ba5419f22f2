"""The page on which administrators read the audit. Nobody adds, changes or deletes there."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from crm.admin_base import ModelAdmin
from crm.audit_kinds import ActorFilter, KindFilter
from crm.audit_words import (
    ACTIONS,
    COLORS,
    NOTHING,
    action_words,
    detail_words,
    field_words,
    kind_words,
    named,
    shown,
)
from crm.large_list import LargeList
from crm.models import AuditEntry


class ActionFilter(admin.SimpleListFilter):
    title = _("what was done")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(action, str(words)) for action, words in ACTIONS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(LargeList[AuditEntry], ModelAdmin[AuditEntry]):
    list_display = ("at", "who", "what", "object", "in_short", "address")
    list_filter = (ActionFilter, KindFilter, ("actor", ActorFilter), "at")
    list_filter_submit = True
    search_fields = ("target_name", "actor_name", "address")
    list_per_page = 50
    actions = None
    fields = readonly_fields = ("at", "who", "what_words", "object", "all_details", "address")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    @display(description=_("who"), ordering="actor_name")
    def who(self, entry: AuditEntry) -> str:
        return entry.actor_name or NOTHING

    @display(description=_("what was done"), label=COLORS)
    def what(self, entry: AuditEntry) -> tuple[str, str]:
        return entry.action, action_words(entry.action)

    @display(description=_("what was done"))
    def what_words(self, entry: AuditEntry) -> str:
        """In the form, where a label of the list would show as it is kept."""
        return action_words(entry.action)

    @display(description=_("object"), ordering="target_name")
    def object(self, entry: AuditEntry) -> SafeString | str:
        """A link where there is a page of it; the page itself asks for its permission."""
        if not entry.target:
            return NOTHING
        words = f"{kind_words(entry.target)}: {entry.target_name}"
        if entry.action == "deleted":
            return words
        try:
            url = reverse(f"admin:{entry.target.replace('.', '_')}_change", args=[entry.target_id])
        except NoReverseMatch:
            return words
        return format_html('<a class="msgr-audit-link" href="{}">{}</a>', url, words)

    @display(description=_("details"))
    def in_short(self, entry: AuditEntry) -> str:
        return named(entry.details.get("changes", [])) or ", ".join(map(_pair, _others(entry))) or NOTHING

    @display(description=_("details"))
    def all_details(self, entry: AuditEntry) -> SafeString | str:
        changes = [
            {
                "field": field_words(change),
                "is_secret": "new" not in change,
                "old": shown(change.get("old")),
                "new": shown(change.get("new")),
            }
            for change in entry.details.get("changes", [])
        ]
        context = {"changes": changes, "others": [detail_words(*pair) for pair in _others(entry)]}
        return render_to_string("crm/audit_details.html", context)


def _others(entry: AuditEntry) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in entry.details.items() if name != "changes"]


def _pair(pair: tuple[str, Any]) -> str:
    return ": ".join(detail_words(*pair))
