"""New keys of an inbox by a button: asked for in a dialog, by POST, written into the inbox's history."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from messenger.admin.base import user_of
from messenger.models import Inbox
from messenger.services.inbox_keys import Key, renew

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Inbox]
else:
    Base = object

# By the word in the address: the field, and its name in the history.
KEYS: dict[str, tuple[Key, str]] = {
    "token": ("widget_token", gettext_noop("widget token")),
    "secret": ("identity_secret", gettext_noop("identity secret")),
}


class InboxKeys(Base):
    def get_own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.renew_view)
        route = "<int:object_id>/change/renew/<slug:key>/"
        return [path(route, view, name="messenger_inbox_renew"), *super().get_own_urls()]

    @method_decorator([require_POST, transaction.atomic])
    def renew_view(self, request: HttpRequest, object_id: int, key: str) -> HttpResponse:
        inbox = self.get_object(request, str(object_id))
        if inbox is None or key not in KEYS:
            raise Http404
        if not self.may_renew(request, inbox):
            raise PermissionDenied
        field, label = KEYS[key]
        renew(inbox_id=inbox.pk, key=field)
        request.audited_changes = [{"field": label}]  # type: ignore[attr-defined]
        self.log_change(request, inbox, [{"changed": {"fields": [label]}}])
        told = {
            "token": _("The widget has a new token. Put the new code on your sites now."),
            "secret": _("There is a new identity secret. Give it to your server now."),
        }
        messages.success(request, told[key])
        tab = "integrations" if key == "token" else "security"
        return HttpResponseRedirect(reverse("admin:messenger_inbox_change", args=[inbox.pk]) + f"#{tab}")

    def may_renew(self, request: HttpRequest, inbox: Inbox) -> bool:
        """Whoever could take the chat off a customer's site by it has to be an administrator."""
        return self.has_change_permission(request, inbox) and user_of(request).is_messenger_administrator
