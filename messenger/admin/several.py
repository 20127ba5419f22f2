"""What is done with the chosen rows of the list: take, resolve, label. Each on its own, and one sentence for all."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.models import User
from messenger.admin.dialogs import ask
from messenger.admin.filters import checked_query
from messenger.admin.label_several_form import LabelForm
from messenger.admin.parts import refusal, sentence_of, wants_part
from messenger.admin.workspace import Workspace
from messenger.exceptions import ConversationClosed, MessengerError, NotFound
from messenger.models import Conversation
from messenger.services import status
from messenger.services.labelling import add_label, remove_label

AT_ONCE = 100
FORM = "admin/messenger/conversation/label_several.html"

Verb = Callable[[int, User], object]
# The sentence about so many that were done.
Told = Callable[[int], str]


def _resolve(pk: int, user: User) -> None:
    if status.resolve(conversation_id=pk, actor=user).is_closed:
        raise ConversationClosed


VERBS: dict[str, tuple[Verb, Told]] = {
    "take": (
        lambda pk, user: status.take(conversation_id=pk, operator=user),
        lambda done: _("%(done)d taken.") % {"done": done},
    ),
    "resolve": (_resolve, lambda done: _("%(done)d resolved.") % {"done": done}),
}


class Several(Workspace):
    """Who may change conversations may; of those that they don't see each is told as not done."""

    def get_own_urls(self) -> list[URLPattern]:
        name, wrap = "messenger_conversation_several", self.admin_site.admin_view
        return [
            path(
                "several/label/", wrap(self.label_several_view), name="messenger_conversation_label_several"
            ),
            path("several/<slug:action>/", wrap(self.several_view), name=name),
            *super().get_own_urls(),
        ]

    @method_decorator(require_POST)
    def several_view(self, request: HttpRequest, action: str) -> HttpResponse:
        if action not in VERBS:
            raise Http404
        verb, told = VERBS[action]
        chosen, gone = self._chosen(request, request.POST.getlist("id"))
        return self._do_several(request, chosen, gone, verb, told)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def label_several_view(self, request: HttpRequest) -> HttpResponse:
        data = request.POST if request.method == "POST" else request.GET
        chosen, gone = self._chosen(request, data.getlist("id"))
        form = LabelForm(request.POST if request.method == "POST" else None, user=self._reader(request))
        context = {"form": form, "chosen": chosen, "title": _("Labels"), "back": _back(request)}
        context["back_query"] = data.get("back", "")
        if not form.is_bound:
            return ask(self, request, FORM, context)
        try:
            label, adds = form.wanted()
        except MessengerError as error:
            return ask(self, request, FORM, context, error)
        act = add_label if adds else remove_label
        told = (
            _("Label “%(label)s” added to %(done)d.")
            if adds
            else _("Label “%(label)s” removed from %(done)d.")
        )
        return self._do_several(
            request,
            chosen,
            gone,
            lambda pk, user: act(conversation_id=pk, label_id=label.pk, actor=user),
            lambda done: told % {"label": label.name, "done": done},
        )

    def _chosen(self, request: HttpRequest, texts: Sequence[str]) -> tuple[list[Conversation], int]:
        """Those that the user sees, and how many they don't."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if len(texts) > AT_ONCE or not all(text.isdecimal() and len(text) <= 18 for text in texts):
            raise BadRequest("these are no ids of conversations, or too many")
        ids = {int(text) for text in texts}
        found = list(self.get_queryset(request).select_related("contact").filter(pk__in=ids).order_by("pk"))
        if not found:
            raise Http404
        return found, len(ids) - len(found)

    def _do_several(
        self, request: HttpRequest, chosen: Sequence[Conversation], gone: int, verb: Verb, told: Told
    ) -> HttpResponse:
        """Each in a transaction of its own."""
        actor = self._reader(request)
        errors: list[MessengerError] = [NotFound(_("You have no access to it any more."))] * gone
        for conversation in chosen:
            try:
                verb(conversation.pk, actor)
            except MessengerError as error:
                errors.append(error)
        sentence = _sentence(told, len(chosen) + gone - len(errors), errors)
        if wants_part(request) and len(errors) == len(chosen) + gone:
            return refusal(MessengerError(sentence))
        (messages.warning if errors else messages.success)(request, sentence)
        back = _back(request)
        return JsonResponse({"location": back}) if wants_part(request) else HttpResponseRedirect(back)


def _sentence(told: Told, done: int, errors: Sequence[MessengerError]) -> str:
    """Each reason once."""
    said = told(done) if done else ""
    if not errors:
        return said
    why = " ".join(dict.fromkeys(sentence_of(error) for error in errors))
    return f"{said} {_('Not done for %(failed)d: %(why)s') % {'failed': len(errors), 'why': why}}".strip()


def _back(request: HttpRequest) -> str:
    """The list as it was looked at."""
    data = request.POST if request.method == "POST" else request.GET
    query = data.get("back", "")
    checked = checked_query(query, request.user) if query else ""  # type: ignore[arg-type]
    url = reverse("admin:messenger_conversation_changelist")
    return f"{url}?{checked}" if checked else url
