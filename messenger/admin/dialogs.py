"""Forms over a page, fetched and sent by transfer.js; without scripts the same forms are pages of their own."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse

from messenger.admin.base import user_of
from messenger.admin.parts import part, refusal, sentence_of, wants_part
from messenger.exceptions import MessengerError

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

PAGE = "admin/messenger/dialog_page.html"


def ask(
    admin: "MessengerAdmin[Any]",
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    error: MessengerError | None = None,
) -> HttpResponse:
    """The form; on a page together with what the service refused."""
    if error and wants_part(request):
        return refusal(error)
    context = context | {
        "action": request.path,
        "reader": user_of(request).pk,
        "error": sentence_of(error) if error else "",
    }
    if wants_part(request):
        return part(request, template, context)
    page = admin.admin_site.each_context(request) | context | {"opts": admin.opts, "form_template": template}
    return TemplateResponse(request, PAGE, page, status=error.status if error else 200)


def done(request: HttpRequest, told: str, back: str, *, stays: bool) -> HttpResponse:
    """`stays`: the page that opened the dialog brings itself up to date; else it goes `back`."""
    if wants_part(request) and stays:
        return JsonResponse({"told": told})
    messages.success(request, told)
    return JsonResponse({"location": back}) if wants_part(request) else HttpResponseRedirect(back)
