"""The live preview beside an inbox's form: the real widget on a page of ours, with answers made by the page."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from messenger.models import Inbox

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Inbox]
else:
    Base = object

LOCALES = ("ru", "en")


class InboxPreview(Base):
    def get_own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="messenger_inbox_preview"), *super().get_own_urls()]

    @method_decorator([xframe_options_sameorigin, require_GET])
    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Knows no inbox: the form sends what it holds, saved or not, and nothing reaches the widget API."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        locale = request.GET.get("locale", "")
        context = {"locale": locale if locale in LOCALES else LOCALES[0]}
        return TemplateResponse(request, "admin/messenger/inbox/preview.html", context)
