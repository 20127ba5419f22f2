"""The log of webhooks: what was sent, what was answered, and "deliver again"."""

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from unfold.decorators import display

from crm.large_list import LargeList
from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.conversation_number import number_in
from messenger.admin.inbox_webhook import PROBLEMS
from messenger.models import WebhookAttempt, WebhookDelivery
from messenger.services.webhooks import payload
from messenger.services.webhooks.repeating import deliver_again, deliver_several_again

State = WebhookDelivery.State
# Whoever chooses all of a log of a million gets the oldest of them: one statement's work.
MOST_AT_ONCE = 1_000
COLORS = {State.WAITING: "info", State.DELIVERED: "success", State.FAILED: "danger"}


def last_attempt(column: str) -> Subquery:
    attempts = WebhookAttempt.objects.filter(delivery=OuterRef("pk")).order_by("-pk")
    return Subquery(attempts.values(column)[:1])


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(LargeList[WebhookDelivery], MessengerAdmin[WebhookDelivery]):
    list_display = ("event", "inbox", "about", "shown_state", "last_answer", "attempts", "created_at")
    list_filter = ("state", "event", "inbox")
    list_filter_submit = False
    list_select_related = ("inbox",)
    list_per_page = 50
    list_fullwidth = True
    search_fields = ("conversation",)
    search_help_text = _("The number of the conversation")
    ordering = ("-id",)
    sortable_by = ()
    actions = ("deliver_again_several",)
    change_form_outer_after_template = "admin/messenger/webhookdelivery/log.html"
    fieldsets = (
        (
            None,
            {"fields": (("event", "state_words"), ("inbox", "about"), ("created_at", "finished_at"), "due")},
        ),
    )
    readonly_fields = ("event", "state_words", "inbox", "about", "created_at", "finished_at", "due")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        """An administrator of a branch sees those of its inboxes and of the global ones."""
        found = (
            super()
            .get_queryset(request)
            .annotate(last_status=last_attempt("status"), last_problem=last_attempt("problem"))
        )
        branch_id = user_of(request).branch_id
        if branch_id is None:
            return found
        return found.filter(Q(inbox__branch=branch_id) | Q(inbox__branch=None, conversation_branch=branch_id))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WebhookDelivery], search_term: str
    ) -> tuple[QuerySet[WebhookDelivery], bool]:
        if not search_term.strip():
            return queryset, False
        number = number_in(search_term)
        return queryset.none() if number is None else queryset.filter(conversation=number), False

    @display(description=_("state"), label=COLORS)
    def shown_state(self, delivery: WebhookDelivery) -> tuple[str, str]:
        return delivery.state, str(delivery.get_state_display())

    @admin.display(description=_("state"))
    def state_words(self, delivery: WebhookDelivery) -> str:
        """In the form, where a label of the list would show as it is kept."""
        return delivery.get_state_display()

    @admin.display(description=_("conversation"))
    def about(self, delivery: WebhookDelivery) -> str:
        url = reverse("admin:messenger_conversation_change", args=[delivery.conversation_id])
        return format_html('<a href="{}">#{}</a>', url, delivery.conversation_id)

    @admin.display(description=_("last answer"))
    def last_answer(self, delivery: Any) -> str:
        if delivery.last_status:
            return str(delivery.last_status)
        return str(PROBLEMS.get(delivery.last_problem, "–"))

    @admin.display(description=_("next attempt"))
    def due(self, delivery: WebhookDelivery) -> Any:
        return delivery.due_at if delivery.state == State.WAITING else None

    @admin.action(description=_("Deliver again"), permissions=["repeat"])
    def deliver_again_several(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        chosen = list(queryset.order_by("pk").values_list("pk", "inbox__webhook_enabled")[:MOST_AT_ONCE])
        _tell(request, deliver_several_again(pk for pk, _on in chosen), all(on for _pk, on in chosen))

    def get_own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.again_view)
        route = "<int:object_id>/change/again/"
        return [path(route, view, name="messenger_webhookdelivery_again"), *super().get_own_urls()]

    @method_decorator([never_cache, require_POST])
    def again_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_repeat_permission(request):
            raise PermissionDenied
        found = self.get_queryset(request).select_related("inbox").filter(pk=object_id).first()
        if found is None:
            raise Http404
        _tell(request, int(deliver_again(object_id)), found.inbox.webhook_enabled)
        return HttpResponseRedirect(reverse("admin:messenger_webhookdelivery_change", args=[object_id]))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        delivery = self.get_object(request, object_id)
        context = {} if delivery is None else self._log(request, delivery)
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def _log(self, request: HttpRequest, delivery: WebhookDelivery) -> dict[str, Any]:
        """The request as it would be made now; signatures depend on the moment.

        What clients write is for those who may see conversations, and their texts come back in answers.
        """
        body = payload.body_of(delivery)
        sees = request.user.has_perm("messenger.view_conversation")
        headers = payload.headers_of(
            delivery.inbox,
            event=delivery.event,
            public_id=payload.message_id_of(delivery),
            body=body,
            at=delivery.created_at,
        )
        return {
            "request_headers": {name: value for name, value in headers.items() if "ignature" not in name},
            "sees_texts": sees,
            "request_body": json.dumps(json.loads(body), ensure_ascii=False, indent=2) if sees else "",
            "log": [(attempt, PROBLEMS.get(attempt.problem, "")) for attempt in delivery.log.order_by("-pk")],
            "may_repeat": self.has_repeat_permission(request),
        }

    def has_repeat_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("messenger.change_webhookdelivery")

    def has_change_permission(self, request: HttpRequest, obj: WebhookDelivery | None = None) -> bool:
        """A log is read."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: WebhookDelivery | None = None) -> bool:
        return False


def _tell(request: HttpRequest, number: int, is_on: bool) -> None:
    if number and not is_on:
        told = gettext("The webhook is turned off: it is sent when the webhook is turned on again.")
        messages.warning(request, told)
    elif number:
        told = ngettext("%(n)d delivery is sent again.", "%(n)d deliveries are sent again.", number)
        messages.success(request, told % {"n": number})
    else:
        messages.info(request, gettext("It is being sent at this moment."))
