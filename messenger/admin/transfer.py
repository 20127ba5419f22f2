"""Transfers: one conversation from its workspace, several from the list. A dialog, or a page without scripts."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from messenger.admin.base import user_of
from messenger.admin.parts import part, refusal, sentence_of, wants_part
from messenger.admin.transfer_form import TransferForm
from messenger.admin.transfer_words import Outcome
from messenger.admin.workspace import Workspace
from messenger.exceptions import MessengerError, NotFound, TransferRefused
from messenger.models import Conversation
from messenger.services.transfer import transfer

FORM = "admin/messenger/transfer/form.html"
PAGE = "admin/messenger/transfer/page.html"
AT_ONCE = 100

only_form = method_decorator(require_http_methods(["GET", "HEAD", "POST"]))


class Chosen(NamedTuple):
    """What is to be transferred and the page where it was chosen; `gone` counts what the user doesn't see."""

    conversations: Sequence[Conversation]
    back: str
    gone: int = 0
    is_one: bool = False


class Transfer(Workspace):
    """Who may change the conversation and sees it may transfer it: else 403 and 404."""

    def get_own_urls(self) -> list[URLPattern]:
        name, wrap = "messenger_conversation_transfer", self.admin_site.admin_view
        return [
            path("<int:object_id>/change/transfer/", wrap(self.transfer_view), name=name),
            path("transfer/", wrap(self.transfer_several_view), name=f"{name}_several"),
            *super().get_own_urls(),
        ]

    @only_form
    def transfer_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        conversation = self._changed(request, object_id)
        page = reverse("admin:messenger_conversation_change", args=[conversation.pk])
        if not conversation.inbox.is_global:
            return self._refused(request, TransferRefused(), page)
        form = TransferForm(_posted(request), without=conversation.assignee_id)
        return self._answer(request, form, Chosen([conversation], page, is_one=True))

    @only_form
    def transfer_several_view(self, request: HttpRequest) -> HttpResponse:
        """`id` names each conversation; what the user doesn't see is told as not transferred."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        ids = _ids((_posted(request) or request.GET).getlist("id"))
        found = list(self.get_queryset(request).select_related("contact").filter(pk__in=ids).order_by("pk"))
        if not found:
            raise Http404
        chosen = Chosen(found, _list(), gone=len(ids) - len(found))
        return self._answer(request, TransferForm(_posted(request)), chosen)

    def _answer(self, request: HttpRequest, form: TransferForm, chosen: Chosen) -> HttpResponse:
        if not form.is_bound:
            return self._ask(request, form, chosen)
        try:
            outcome = self._transfer(request, form, chosen)
        except MessengerError as error:
            if wants_part(request):
                return refusal(error)
            form.show(error)
            return self._ask(request, form, chosen, status=error.status)
        return self._done(request, outcome, chosen)

    def _transfer(self, request: HttpRequest, form: TransferForm, chosen: Chosen) -> Outcome:
        """Each in a transaction of its own; raises what stood in the way where none was transferred."""
        actor, wanted, outcome = self._reader(request), form.wanted(), Outcome()
        for conversation in chosen.conversations:
            try:
                outcome.done.append(transfer(conversation_id=conversation.pk, actor=actor, **wanted))
            except MessengerError as error:
                outcome.errors.append(error)
        outcome.errors += [NotFound(_("You have no access to it any more."))] * chosen.gone
        if outcome.done:
            return outcome
        raise outcome.errors[0] if len(outcome.errors) == 1 else MessengerError(outcome.why)

    def _done(self, request: HttpRequest, outcome: Outcome, chosen: Chosen) -> HttpResponse:
        """A conversation's page stays while the user sees it, and its script shows the sentence."""
        back = chosen.back
        if chosen.is_one:
            seen = self.get_queryset(request).filter(pk=chosen.conversations[0].pk).exists()
            if seen and wants_part(request):
                return JsonResponse({"told": outcome.sentence})
            back = back if seen else _list()
        (messages.warning if outcome.errors else messages.success)(request, outcome.sentence)
        return JsonResponse({"location": back}) if wants_part(request) else HttpResponseRedirect(back)

    def _ask(
        self, request: HttpRequest, form: TransferForm, chosen: Chosen, status: int = 200
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "form": form,
            "chosen": chosen,
            "action": request.path,
            "reader": user_of(request).pk,
        }
        if wants_part(request):
            return part(request, FORM, context)
        page = self.admin_site.each_context(request) | context
        page |= {"title": _("Transfer"), "opts": self.opts}
        return TemplateResponse(request, PAGE, page, status=status)

    def _refused(self, request: HttpRequest, error: MessengerError, back: str) -> HttpResponse:
        if wants_part(request):
            return refusal(error)
        messages.error(request, sentence_of(error))
        return HttpResponseRedirect(back)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _list() -> str:
    return reverse("admin:messenger_conversation_changelist")


def _ids(texts: Sequence[str]) -> set[int]:
    if len(texts) > AT_ONCE or not all(text.isdecimal() and len(text) <= 18 for text in texts):
        raise BadRequest("these are no ids of conversations, or too many")
    return {int(text) for text in texts}
