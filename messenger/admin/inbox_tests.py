"""Buttons that try an inbox: its hours at this moment, the proof of identity, and whether sites call it."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from messenger.admin.base import user_of
from messenger.admin.rows import moment
from messenger.admin.working_hours import in_words
from messenger.lib import clock
from messenger.models import Conversation, Inbox

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Inbox]
else:
    Base = object


class ProofForm(forms.Form):
    """`hash` is what the site's server made of the id, if that is to be checked."""

    id = forms.CharField(max_length=190)
    hash = forms.CharField(max_length=200, required=False)


class InboxTests(Base):
    def get_own_urls(self) -> list[URLPattern]:
        views = {"hours-now": self.hours_now_view, "proof": self.proof_view}
        return [
            *(
                path(
                    f"<int:object_id>/change/{route}/",
                    self.admin_site.admin_view(view),
                    name=f"messenger_inbox_{route.replace('-', '_')}",
                )
                for route, view in views.items()
            ),
            *super().get_own_urls(),
        ]

    @method_decorator([never_cache, require_GET])
    def hours_now_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        inbox = self._found(request, object_id)
        local = clock.now().astimezone(inbox.zone())
        at = _("In %(zone)s it is %(now)s.") % {
            "zone": inbox.time_zone,
            "now": date_format(local, "l, H:i"),
        }
        return JsonResponse({"told": f"{at} {in_words(inbox)}"})

    @method_decorator([never_cache, require_POST])
    def proof_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A proof opens that client's conversations: it is made for those who see the secret, too."""
        inbox = self._found(request, object_id)
        if not user_of(request).is_messenger_administrator:
            raise PermissionDenied
        form = ProofForm(request.POST)
        if not form.is_valid():
            return JsonResponse({"detail": _("Write a user id of at most 190 characters.")}, status=400)
        external_id, said = form.cleaned_data["id"], form.cleaned_data["hash"]
        answer: dict[str, Any] = {"hash": inbox.identity_hash(external_id)}
        if said:
            answer["matches"] = inbox.vouches_for(external_id, said)
        return JsonResponse(answer)

    def _found(self, request: HttpRequest, object_id: int) -> Inbox:
        inbox = self.get_queryset(request).filter(pk=object_id).first()
        if inbox is None:
            raise Http404
        if not self.has_view_or_change_permission(request, inbox):
            raise PermissionDenied
        return inbox


def last_opened(inbox: Inbox) -> str:
    """When and where the widget was opened last: the best sign that a site has the code. Empty: never."""
    last = Conversation.objects.filter(inbox=inbox).order_by("-pk").first()
    if last is None:
        return ""
    when = {"when": moment(last.created_at, timezone.now()), "page": last.page_url}
    if last.page_url:
        return _("The last new visitor opened it on %(page)s (%(when)s).") % when
    return _("The last new visitor opened it: %(when)s") % when
