"""Contacts: who they say they are may be corrected, what the system knows of them may not."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.paginator import InfinitePaginator

from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.rows import moment
from messenger.models import Consent, Contact, Conversation

CONVERSATIONS_LIMIT = 20


@admin.register(Contact)
class ContactAdmin(MessengerAdmin[Contact]):
    """Operators find the contacts of the conversations that they may see."""

    list_display = ("label", "email", "phone", "region", "inbox", "last_seen")
    list_fullwidth = True
    list_select_related = ("inbox", "region")
    list_per_page = 50
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ("name", "email", "phone")
    search_help_text = _("Name, email or phone")
    ordering = ("-created_at",)
    actions = None
    fieldsets = (
        (None, {"fields": (("name", "email", "phone"),)}),
        (
            _("Known to the system"),
            {
                "fields": (
                    ("inbox", "region", "locale"),
                    ("external_id", "claimed_external_id"),
                    ("created_at", "last_seen_at", "is_blocked"),
                )
            },
        ),
    )
    readonly_fields = (
        "inbox",
        "region",
        "locale",
        "external_id",
        "claimed_external_id",
        "created_at",
        "last_seen_at",
        "is_blocked",
    )
    change_form_outer_after_template = "admin/messenger/contact/below_form.html"

    @admin.display(description=_("client"), ordering="name")
    def label(self, contact: Contact) -> str:
        return contact.label

    @admin.display(description=_("last seen"))
    def last_seen(self, contact: Contact) -> str:
        return moment(contact.last_seen_at, timezone.now()) if contact.last_seen_at else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        contacts = super().get_queryset(request)
        user = user_of(request)
        if user.is_messenger_administrator:
            return contacts
        return contacts.filter(Exists(Conversation.objects.visible_to(user).filter(contact=OuterRef("pk"))))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Contact | None = None,
    ) -> HttpResponse:
        seen = Conversation.objects.visible_to(user_of(request)).started().filter(contact=obj)
        context["conversations"] = seen.select_related("assignee").order_by("-id")[:CONVERSATIONS_LIMIT]
        context["consents"] = Consent.objects.filter(contact=obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Visitors make contacts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Contact | None = None) -> bool:
        """Anonymized, not deleted: their conversations stay."""
        return False
