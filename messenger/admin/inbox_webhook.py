"""The webhook of an inbox: a test at a button, and what happens when it is turned on again."""

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from messenger.lib.outbound import Answer
from messenger.models import Inbox, WebhookDelivery
from messenger.services.webhooks import stopping
from messenger.services.webhooks.repeating import send_test
from messenger.services.webhooks.results import readable

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Inbox]
else:
    Base = object

PROBLEMS = {
    "url": gettext_lazy("this is no address that can be asked"),
    "address": gettext_lazy("its address is not one of the public internet"),
    "port": gettext_lazy("this port is not allowed"),
    "unknown_host": gettext_lazy("there is no such host"),
    "unreachable": gettext_lazy("nobody answers at this address"),
    "certificate": gettext_lazy("its certificate can't be trusted"),
    "timeout": gettext_lazy("no answer in time"),
    "protocol": gettext_lazy("what came is no answer of HTTP"),
}
SHOWN = 300


class InboxWebhook(Base):
    def get_own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.webhook_test_view)
        route = "<int:object_id>/change/webhook-test/"
        return [path(route, view, name="messenger_inbox_webhook_test"), *super().get_own_urls()]

    @method_decorator([never_cache, require_POST])
    def webhook_test_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """To the address that is saved: whoever tries one out must be allowed to save it."""
        inbox = self.get_queryset(request).filter(pk=object_id).first()
        if inbox is None or not self.has_change_permission(request, inbox):
            raise Http404
        if not inbox.webhook_url:
            return JsonResponse({"detail": _("Save an address first.")}, status=400)
        answer = send_test(inbox)
        return JsonResponse(
            {"told": outcome(answer), "good": answer.is_success, "answer": readable(answer.body)[:SHOWN]}
        )

    def save_model(self, request: HttpRequest, obj: Inbox, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.webhook_enabled and {"webhook_enabled", "webhook_url"} & set(form.changed_data):
            stopping.resume(obj)


def outcome(answer: Answer) -> str:
    """What came of a request, in a sentence."""
    if answer.problem:
        return _("It didn't arrive: %(problem)s.") % {"problem": PROBLEMS[answer.problem]}
    words = {"status": answer.status, "time": round(answer.seconds * 1000)}
    if answer.is_success:
        return _("It arrived: the receiver answered %(status)d in %(time)d ms.") % words
    return _("The receiver answered %(status)d in %(time)d ms: that counts as a failure.") % words


def webhook_context(inbox: Inbox | None) -> dict[str, Any]:
    """For the page: whether there is anything in the log, and what waits."""
    if inbox is None:
        return {}
    deliveries = WebhookDelivery.objects.filter(inbox=inbox)
    # In the order of the index of what waits: else a million that arrived are looked through.
    waiting = deliveries.filter(state=WebhookDelivery.State.WAITING).order_by("due_at")
    return {
        "has_deliveries": deliveries.exists(),
        "waiting_deliveries": waiting[:1000].count(),
    }
