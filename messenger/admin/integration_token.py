"""Tokens of the REST API: administrators make them, see the secret once, and revoke them."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from crm import audit
from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.integration_token_form import (
    IntegrationTokenForm,
    acts_as_field,
    inboxes_field,
    users_for,
)
from messenger.admin.rows import moment
from messenger.lib import clock
from messenger.lib.listing import some
from messenger.models import IntegrationToken
from messenger.models.integration_token import Scope

MADE = "admin/messenger/integrationtoken/made.html"


@admin.register(IntegrationToken)
class IntegrationTokenAdmin(MessengerAdmin[IntegrationToken]):
    form = IntegrationTokenForm
    list_display = ("name", "beginning", "acts_as", "permissions", "places", "last_used", "state")
    list_fullwidth = True
    list_select_related = ("acts_as",)
    list_per_page = 50
    search_fields = ("name", "prefix")
    search_help_text = _("Name, or how the token begins")
    actions = None
    actions_detail = ("revoke",)
    fieldsets = (
        (None, {"fields": (("name", "acts_as"), "scopes", "inboxes", "expires_at")}),
        (_("Known to the system"), {"fields": (("beginning", "state_words"), ("made", "last_used"))}),
    )
    add_fieldsets = fieldsets[:1]
    list_before_template = "admin/messenger/integrationtoken/help.html"

    @admin.display(description=_("token"))
    def beginning(self, token: IntegrationToken) -> SafeString:
        return format_html("<code>{}…</code>", token.prefix)

    @admin.display(description=_("allowed"))
    def permissions(self, token: IntegrationToken) -> str:
        return some([str(Scope(scope).label) for scope in Scope.values if scope in token.scopes], 2)

    @admin.display(description=_("inboxes"))
    def places(self, token: IntegrationToken) -> str:
        if not token.is_limited:
            return gettext("All that the user sees")
        return some([inbox.name for inbox in token.inboxes.all()], 2) or gettext("No inbox is left")

    @admin.display(description=_("last used"), ordering="last_used_at")
    def last_used(self, token: IntegrationToken) -> str:
        return moment(token.last_used_at, timezone.now()) if token.last_used_at else gettext("never")

    @admin.display(description=_("made"))
    def made(self, token: IntegrationToken) -> str:
        return f"{moment(token.created_at, timezone.now())}, {token.created_by}"

    @display(description=_("state"), label={"valid": "success", "expired": "warning", "revoked": "danger"})
    def state(self, token: IntegrationToken) -> tuple[str, Any]:
        if token.revoked_at is not None:
            return "revoked", _("revoked")
        return ("valid", _("valid")) if token.holds_at(clock.now()) else ("expired", _("expired"))

    @admin.display(description=_("state"))
    def state_words(self, token: IntegrationToken) -> Any:
        """In the form, where a label of the list would show as it is kept."""
        return self.state(token)[1]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IntegrationToken]:
        return super().get_queryset(request).prefetch_related("inboxes")

    def get_fieldsets(self, request: HttpRequest, obj: IntegrationToken | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.maker = user_of(request)
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """As whom it acts is chosen once: what was written stays under that name."""
        return ("acts_as", "beginning", "state_words", "made", "last_used") if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return acts_as_field(user_of(request))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return inboxes_field()

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: IntegrationToken | None = None,
    ) -> HttpResponse:
        """What comes after a new one is its secret, and nothing else."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": change}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: IntegrationToken, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = user_of(request)
            form.secret = obj.draw()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # Saved with another name, a token whose inboxes are gone would see all.
        if not change or "inboxes" in form.changed_data:
            form.instance.limit_to(form.cleaned_data["inboxes"])
        # The answer to this request is the only one that has it.
        form.instance.secret = getattr(form, "secret", "")

    def response_add(
        self, request: HttpRequest, obj: IntegrationToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Shown in this answer, and kept neither in the session nor anywhere else: a redirect would have to fetch it
        from somewhere. Who loads the page again is told that the name is taken."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("The token is made"),
            "opts": self.opts,
            "token": obj,
            "secret": obj.__dict__.pop("secret"),
            "base": request.build_absolute_uri("/api/messenger/v1/"),
        }
        return TemplateResponse(request, MADE, context)

    def has_change_permission(self, request: HttpRequest, obj: IntegrationToken | None = None) -> bool:
        """What is revoked stays as it was. Who may not lend a superuser's powers may not widen them either."""
        if obj is not None and (obj.revoked_at is not None or not self._may_lend(request, obj)):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: IntegrationToken | None = None) -> bool:
        """Revoked, not deleted: what it could do stays known."""
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Anybody who makes tokens can end any of them."""
        token = self.get_object(request, str(object_id)) if object_id else None
        return token is not None and token.revoked_at is None and super().has_change_permission(request)

    @action(
        description=gettext_lazy("Revoke"),
        icon="block",
        permissions=["revoke"],
        url_path="revoke",
        dialog={
            "title": gettext_lazy("Revoke the token?"),
            "description": gettext_lazy(
                "From this moment on all requests with it are refused. It can't be undone: make a new token instead."
            ),
            "form_submit_text": gettext_lazy("Revoke"),
        },
    )
    def revoke(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        token = self.get_object(request, object_id)
        if token is None:
            raise Http404
        with transaction.atomic():
            valid = IntegrationToken.objects.filter(pk=token.pk, revoked_at=None)
            if valid.update(revoked_at=clock.now()):
                audit.record(request, "revoked", target=token)
        messages.success(request, gettext("The token “%(name)s” is revoked.") % {"name": token.name})
        return HttpResponse(
            headers={"HX-Redirect": reverse("admin:messenger_integrationtoken_change", args=[token.pk])}
        )

    def _may_lend(self, request: HttpRequest, token: IntegrationToken) -> bool:
        return bool(users_for(user_of(request), inactive=True).filter(pk=token.acts_as_id).exists())
