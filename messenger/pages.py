"""Pages beside the admin: the demo page of a widget, health, and the short addresses of the CRM."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.monitoring.readiness import readiness
from messenger.models import Inbox
from messenger.utils import ensure_messenger_enabled_view


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Whoever answers visitors begins with the conversations, others with the overview."""
    answers = settings.MESSENGER_ENABLED and request.user.has_perm("messenger.view_conversation")
    return redirect("admin:messenger_conversation_changelist" if answers else "admin:index")


@require_safe
def widget_demo(request: HttpRequest) -> HttpResponse:
    """A page such as a customer's, with the widget of `token` on it."""
    ensure_messenger_enabled_view()
    token = request.GET.get("token", "").replace("\0", "")
    inbox = get_object_or_404(Inbox, widget_token=token, is_active=True)
    return render(request, "messenger/widget_demo.html", {"inbox": inbox})


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers. It asks nobody: a database that is away is no reason to start processes anew."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The process can do its work: the database answers, and has this code's migrations. Redis may be away."""
    found = readiness()
    if found.is_ready:
        return JsonResponse({"status": found.status})
    body = {"status": found.status, "reason": found.reason}
    return JsonResponse(body, status=503, headers={"Retry-After": "5"})


def to_admin(name: str) -> Callable[..., HttpResponse]:
    """A view that leads to the admin's page for the same thing."""

    def view(request: HttpRequest, **kwargs: int) -> HttpResponse:
        ensure_messenger_enabled_view()
        return redirect(f"admin:{name}", *kwargs.values())

    return require_safe(view)
