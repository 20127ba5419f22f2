"""The way to the next conversation that waits for an answer, without the list between."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from messenger.admin.base import user_of
from messenger.admin.parts import as_part, wants_part
from messenger.admin.workspace import Workspace
from messenger.services.next_waiting import next_waiting


class NextWaiting(Workspace):
    """`from` names the conversation that one comes from, and goes back to where nobody waits."""

    def get_own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.next_view)
        return [path("next/", view, name="messenger_conversation_next"), *super().get_own_urls()]

    @method_decorator(require_GET)
    def next_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        here = _id(request.GET.get("from", ""))
        found = next_waiting(user_of(request), without=here)
        if found:
            return _lead(request, reverse("admin:messenger_conversation_change", args=[found.pk]))
        told = _("Nobody else is waiting for an answer.") if here else _("Nobody is waiting for an answer.")
        if wants_part(request):
            return as_part(JsonResponse({"told": told}))
        messages.info(request, told)
        back = reverse("admin:messenger_conversation_changelist")
        return HttpResponseRedirect(
            reverse("admin:messenger_conversation_change", args=[here]) if here else back
        )


def _lead(request: HttpRequest, address: str) -> HttpResponse:
    return (
        as_part(JsonResponse({"location": address})) if wants_part(request) else HttpResponseRedirect(address)
    )


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0
