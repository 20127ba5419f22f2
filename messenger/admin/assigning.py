"""Gives a conversation to a colleague of its branch, or back to the queue."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.models import User
from messenger.admin import dialogs
from messenger.admin.assign_targets import targets
from messenger.admin.base import user_of
from messenger.admin.workspace import Workspace
from messenger.exceptions import ConversationClosed, Invalid, MessengerError, NotUnfinished
from messenger.models import AgentProfile, Conversation
from messenger.services.assigning import Assigned, assign_to, give_back

FORM = "admin/messenger/assign/form.html"


class Assigning(Workspace):
    """Who may change the conversation and sees it may give it to somebody: else 403 and 404."""

    def get_own_urls(self) -> list[URLPattern]:
        name, wrap = "messenger_conversation", self.admin_site.admin_view
        return [
            path("<int:object_id>/change/assign/", wrap(self.assign_view), name=f"{name}_assign"),
            path("<int:object_id>/change/unassign/", wrap(self.unassign_view), name=f"{name}_unassign"),
            *super().get_own_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def assign_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        conversation = self._changed(request, object_id)
        if request.method != "POST":
            return self._ask_whom(request, conversation, _refused(conversation))
        try:
            told = self._assign(request, conversation)
        except MessengerError as error:
            return self._ask_whom(request, conversation, error)
        page = reverse("admin:messenger_conversation_change", args=[conversation.pk])
        seen = self.get_queryset(request).filter(pk=conversation.pk).exists()
        back = page if seen else reverse("admin:messenger_conversation_changelist")
        return dialogs.done(request, told, back, stays=seen)

    @method_decorator(require_POST)
    def unassign_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """`had_by` stands in the address: the button belongs to a form of all actions."""
        had_by = _user_id(request.GET.get("had_by"))
        return self._do(
            request,
            object_id,
            lambda pk, user: give_back(conversation_id=pk, actor=user, had_by=had_by),
            tells=lambda _conversation, _user: _given_back(),
        )

    def _assign(self, request: HttpRequest, conversation: Conversation) -> str:
        actor, had_by = self._reader(request), _user_id(request.POST.get("had_by"))
        wanted = request.POST.get("operator", "")
        if wanted == "queue":
            give_back(conversation_id=conversation.pk, actor=actor, had_by=had_by)
            return _given_back()
        if not wanted.isdecimal() or len(wanted) > 18:
            raise Invalid({"operator": [_("Choose who gets it.")]})
        operator = User.objects.filter(pk=wanted).first()
        if operator is None:
            raise Invalid({"operator": [_("What you chose is no longer there. Please choose again.")]})
        assigned = assign_to(conversation_id=conversation.pk, actor=actor, operator=operator, had_by=had_by)
        return told(assigned, actor)

    def _ask_whom(
        self, request: HttpRequest, conversation: Conversation, error: MessengerError | None
    ) -> HttpResponse:
        context = {
            "title": _("Assign"),
            "conversation": conversation,
            "targets": targets(conversation, user_of(request)),
            "chosen": request.POST.get("operator", ""),
            "back": reverse("admin:messenger_conversation_change", args=[conversation.pk]),
        }
        return dialogs.ask(self, request, FORM, context, error)


def told(assigned: Assigned, actor: User) -> str:
    """To whom it went, and what the actor may not have thought of."""
    name = assigned.operator.display_name
    if assigned.operator.pk == actor.pk:
        sentences = [_("The conversation is yours now.")]
    else:
        sentences = [_("Given to %(name)s.") % {"name": name}]
        if assigned.status != AgentProfile.Status.ONLINE:
            names = {"name": name, "status": assigned.status.label}
            sentences.append(_("%(name)s is %(status)s at the moment.") % names)
    if assigned.load > assigned.capacity:
        numbers = {"load": assigned.load, "capacity": assigned.capacity}
        sentences.append(_("That is more than the limit: %(load)d of %(capacity)d.") % numbers)
    return " ".join(sentences)


def _given_back() -> str:
    return _("Given back to the queue.")


def _refused(conversation: Conversation) -> MessengerError | None:
    """Why there is nothing to ask."""
    if conversation.is_closed:
        return ConversationClosed()
    return None if conversation.is_unfinished else NotUnfinished()


def _user_id(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise BadRequest("not a number")
    return int(text)
