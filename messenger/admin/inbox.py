"""Inboxes: settings of a widget, and the codes by which a site embeds it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.inbox_form import InboxForm
from messenger.admin.working_hours import FIELDSET, HolidayInline, WorkingHoursInline, hours_context
from messenger.models import Inbox


@admin.register(Inbox)
class InboxAdmin(MessengerAdmin[Inbox]):
    form = InboxForm
    list_display = ("name", "place", "is_active", "title", "created_at")
    list_filter = ("is_active", "branch")
    list_select_related = ("branch",)
    search_fields = ("name", "title")
    fieldsets = (
        (None, {"fields": (("name", "branch"), "is_active")}),
        (_("Widget"), {"fields": ("title", "greeting", ("color", "position")), "classes": ["tab"]}),
        (
            _("Form before the chat"),
            {"fields": (("prechat_name", "prechat_email", "prechat_phone"),), "classes": ["tab"]},
        ),
        (_("Nobody there"), {"fields": ("offline_mode_enabled", "offline_message"), "classes": ["tab"]}),
        (
            _("Attachments"),
            {
                "fields": ("attachments_enabled", "max_file_size_mb", "allowed_content_types"),
                "classes": ["tab"],
            },
        ),
        (_("Security"), {"fields": ("allowed_origins", "identity_required"), "classes": ["tab"]}),
        (_("Rating"), {"fields": (("rating_enabled", "rating_type"),), "classes": ["tab"]}),
        (_("Privacy"), {"fields": ("privacy_text", "privacy_url", "consent_required"), "classes": ["tab"]}),
        (
            _("Working hours"),
            {"fields": ("working_hours_enabled", "time_zone"), "classes": ["tab", FIELDSET]},
        ),
    )
    inlines = (WorkingHoursInline, HolidayInline)
    change_form_outer_before_template = "admin/messenger/inbox/embed.html"

    @admin.display(description=_("branch"), ordering="branch")
    def place(self, inbox: Inbox) -> str:
        return inbox.branch.name if inbox.branch else str(_("Global"))

    def get_readonly_fields(self, request: HttpRequest, obj: Inbox | None = None) -> tuple[str, ...]:
        """The branch is chosen once; the database refuses a change as well.

        Hours can be turned on only where they are seen, so that nobody turns on none.
        """
        fixed = ("branch",) if obj else ()
        sees_hours = request.user.has_perm("messenger.change_workinghours")
        return fixed if sees_hours else (*fixed, "working_hours_enabled")

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Inbox | None = None,
    ) -> HttpResponse:
        context["base_url"] = f"{request.scheme}://{request.get_host()}"
        context["shows_secret"] = user_of(request).is_messenger_administrator
        context |= hours_context(context, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Inbox | None = None) -> bool:
        """An inbox is switched off: its conversations stay."""
        return False
