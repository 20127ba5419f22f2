"""What can be done from the card beside a conversation: correct the contact, label the conversation, block."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.models import User
from messenger.admin import blocking
from messenger.admin.assigning import Assigning
from messenger.admin.looking import Looking
from messenger.admin.parts import refusal, sentence_of, wants_part
from messenger.exceptions import MessengerError
from messenger.services import labelling
from messenger.services.contact_details import FIELDS
from messenger.services.contact_editing import correct

CHANGE_CONTACT = "messenger.change_contact"


class Card(Assigning, Looking):
    """Conversations are found as the user sees them: else 404. The contact needs a permission of its own."""

    def get_own_urls(self) -> list[URLPattern]:
        views: dict[str, Callable[..., HttpResponse]] = {
            "contact": self.contact_view,
            "label": self.label_view,
            "unlabel": self.unlabel_view,
            "block": self.block_view,
            "unblock": self.unblock_view,
        }
        own = [
            path(
                f"<int:object_id>/change/{route}/",
                self.admin_site.admin_view(view),
                name=f"messenger_conversation_{route}",
            )
            for route, view in views.items()
        ]
        return [*own, *super().get_own_urls()]

    @method_decorator(require_POST)
    def contact_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Each field comes with what stood in it, `seen_…`: what somebody else changed meanwhile is not overwritten."""
        conversation, user = self._seen(request, object_id), self._reader(request)
        if not user.has_perm(CHANGE_CONTACT):
            raise PermissionDenied
        try:
            changed = correct(
                contact_id=conversation.contact_id,
                actor=user,
                values={name: request.POST[name] for name in FIELDS if name in request.POST},
                seen={name: request.POST.get(f"seen_{name}", "") for name in FIELDS},
                conversation_id=conversation.pk,
            )
        except MessengerError as error:
            if wants_part(request):
                return refusal(error)
            messages.error(request, sentence_of(error))
            return self._back(conversation)
        told = _("Saved.") if changed else _("Nothing was changed.")
        if wants_part(request):
            return JsonResponse({"told": told})
        messages.success(request, told)
        return self._back(conversation)

    @method_decorator(require_POST)
    def label_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """In a form, or in the address: the script's button belongs to the form of all actions."""
        label = request.POST.get("label") or request.GET.get("label")
        return self._label(request, object_id, label, labelling.add_label)

    @method_decorator(require_POST)
    def unlabel_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The label stands in the address, as above."""
        return self._label(request, object_id, request.GET.get("label"), labelling.remove_label)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def block_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        conversation = self._seen(request, object_id)
        return blocking.block_view(self, request, conversation.contact, conversation=conversation)

    @method_decorator(require_POST)
    def unblock_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        conversation = self._seen(request, object_id)
        told = blocking.unblocked(request, conversation.contact, conversation)
        if wants_part(request):
            return self._news(request, self._seen(request, object_id), request.POST, told)
        messages.success(request, told)
        return self._back(conversation)

    def _label(
        self, request: HttpRequest, object_id: int, label: str | None, verb: Callable[..., object]
    ) -> HttpResponse:
        if not label or not label.isdecimal() or len(label) > 18:
            raise BadRequest("no id of a label")

        def act(pk: int, user: User) -> None:
            verb(conversation_id=pk, label_id=int(label), actor=user)

        return self._do(request, object_id, act)
