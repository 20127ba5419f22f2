"""Canned responses: administrators keep them, operators look up those of their branch."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from crm.admin_base import ModelForm
from crm.models import User
from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.canned_preview import preview_of
from messenger.admin.exchange import CannedResponseExchange
from messenger.admin.of_branch import OfBranch
from messenger.admin.parts import part
from messenger.exceptions import Invalid
from messenger.models import CannedResponse
from messenger.services import canned

PREVIEW = "admin/messenger/cannedresponse/preview.html"
BEGINNING = 90


class CannedResponseForm(ModelForm[CannedResponse]):
    class Meta:
        model = CannedResponse
        fields = "__all__"

    def clean_text(self) -> str:
        """What could never be filled is told now, not to the first client who gets it."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        try:
            canned.check(text)
        except Invalid as error:
            raise ValidationError(error.fields["text"]) from error
        return text


@admin.register(CannedResponse)
class CannedResponseAdmin(OfBranch, CannedResponseExchange, MessengerAdmin[CannedResponse]):
    form = CannedResponseForm
    list_display = ("__str__", "beginning", "place", "is_active", "updated_at")
    list_filter = ("is_active", "branch")
    list_filter_submit = False
    list_select_related = ("branch",)
    list_per_page = 50
    list_fullwidth = True
    search_fields = ("shortcut", "text")
    search_help_text = _("Shortcut or text")
    fieldsets = ((None, {"fields": (("shortcut", "branch"), "text", "is_active")}),)
    change_form_outer_after_template = "admin/messenger/cannedresponse/help.html"

    @admin.display(description=_("text"))
    def beginning(self, response: CannedResponse) -> str:
        return Truncator(" ".join(response.text.split())).chars(BEGINNING)

    @admin.display(description=_("branch"), ordering="branch")
    def place(self, response: CannedResponse) -> str:
        return response.branch.name if response.branch else str(_("All branches"))

    def get_own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="messenger_cannedresponse_preview"), *super().get_own_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CannedResponse]:
        return CannedResponse.objects.visible_to(user_of(request))

    def get_list_filter(self, request: HttpRequest) -> tuple[str, ...]:
        """Operators have one branch."""
        return self.list_filter if user_of(request).is_messenger_administrator else ("is_active",)

    @method_decorator(require_POST)
    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What an operator would send, while the text is being written."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return part(request, PREVIEW, _previewed(request.POST.get("text", ""), user_of(request)))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: CannedResponse | None = None,
    ) -> HttpResponse:
        text = request.POST.get("text", obj.text if obj else "")
        context |= _previewed(text, user_of(request)) | {"variables": canned.VARIABLES}
        return super().render_change_form(request, context, add, change, form_url, obj)


def _previewed(text: str, user: User) -> dict[str, Any]:
    return {"preview": preview_of(text, user)}
