"""Inboxes: settings of a widget, and the codes by which a site embeds it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.inbox_form import InboxForm
from messenger.admin.inbox_preview import InboxPreview
from messenger.admin.inbox_tabs import tabs_of
from messenger.admin.inbox_tests import InboxTests, last_opened
from messenger.admin.inbox_token import InboxKeys
from messenger.admin.inbox_version import version_of
from messenger.admin.inbox_webhook import InboxWebhook, webhook_context
from messenger.admin.working_hours import HolidayInline, WorkingHoursInline, hours_context
from messenger.models import Inbox

# How a site's server proves who somebody is.
PROOF_SAMPLES = tuple(
    (name, f"admin/messenger/inbox/sample_{name.lower()}.txt") for name in ("PHP", "Python", "Node")
)


def _tab(name: str, *fields: str | tuple[str, ...]) -> Any:
    return name, {"fields": fields, "classes": ["tab", f"tab-{name}"]}


@admin.register(Inbox)
class InboxAdmin(InboxKeys, InboxTests, InboxPreview, InboxWebhook, MessengerAdmin[Inbox]):
    form = InboxForm
    list_display = ("name", "place", "is_active", "title", "created_at")
    list_filter = ("is_active", "branch")
    list_select_related = ("branch",)
    search_fields = ("name", "title")
    fieldsets = (
        (None, {"fields": (("name", "branch"), "is_active")}),
        _tab("widget", "title", "greeting", ("color", "position")),
        _tab("form", ("prechat_name", "prechat_email", "prechat_phone")),
        _tab("hours", "working_hours_enabled", "time_zone"),
        _tab(
            "offline",
            "offline_mode_enabled",
            "offline_message",
            "mail_enabled",
            ("mail_after_minutes", "mail_sender"),
        ),
        _tab("files", "attachments_enabled", "max_file_size_mb", "allowed_content_types"),
        _tab("rating", ("rating_enabled", "rating_type")),
        _tab("automation", "auto_reply_enabled", "auto_reply_text"),
        _tab("integrations", "webhook_enabled", ("webhook_url", "webhook_secret"), "webhook_events"),
        _tab("privacy", "privacy_text", "privacy_url", "consent_required", "anonymize_after_months"),
        _tab("security", "allowed_origins", "identity_required"),
    )
    inlines = (WorkingHoursInline, HolidayInline)
    change_form_template = "admin/messenger/inbox/change_form.html"
    warn_unsaved_form = True

    @admin.display(description=_("branch"), ordering="branch")
    def place(self, inbox: Inbox) -> str:
        return inbox.branch.name if inbox.branch else str(_("Global"))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Inbox | None:
        """Whoever saves holds the row: of two that save at once the second sees what the first one wrote."""
        inbox = super().get_object(request, object_id, from_field)
        if inbox is not None and request.method == "POST":
            return self.get_queryset(request).select_for_update(of=("self",)).get(pk=inbox.pk)
        return inbox

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
        context |= {
            "base_url": f"{request.scheme}://{request.get_host()}",
            "proof_samples": PROOF_SAMPLES,
            "shows_secret": user_of(request).is_messenger_administrator,
            "inbox_tabs": tabs_of(context["adminform"], context["inline_admin_formsets"]),
            **hours_context(context, obj),
            **webhook_context(obj),
        }
        if obj is not None:
            context |= {
                "inbox_version": version_of(obj.pk),
                "last_opened": last_opened(obj),
                "may_renew": self.may_renew(request, obj),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Inbox | None = None) -> bool:
        """An inbox is switched off: its conversations stay."""
        return False
