"""Filters of the list that an operator keeps under a name: their own, and nobody else's to see or change."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.models import User
from messenger.admin.base import user_of
from messenger.admin.filters import checked_query, known_query
from messenger.models import SavedFilter

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin
    from messenger.models import Conversation

    Base = MessengerAdmin[Conversation]
else:
    Base = object

MOST = 30


class SavedFilters(Base):
    """Routes of the list; whoever may not see conversations has none."""

    def get_own_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("filters/", wrap(self.save_filter_view), name="messenger_conversation_save_filter"),
            path(
                "filters/<int:filter_id>/",
                wrap(self.saved_filter_view),
                name="messenger_conversation_saved_filter",
            ),
            *super().get_own_urls(),
        ]

    @method_decorator(require_POST)
    def save_filter_view(self, request: HttpRequest) -> HttpResponse:
        user = self._viewer(request)
        query = checked_query(request.POST.get("query", ""), user)
        try:
            if not query:
                raise ValidationError(_("Choose a filter or search for something first."))
            if user.saved_filters.count() >= MOST:
                raise ValidationError(_("You have %(n)d filters already. Delete one first.") % {"n": MOST})
            saved = _stored(SavedFilter(user=user, query=query), request.POST.get("name", ""))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("Saved as “%(name)s”.") % {"name": saved.name})
        return _to_list(query)

    @method_decorator(require_POST)
    def saved_filter_view(self, request: HttpRequest, filter_id: int) -> HttpResponse:
        """`do` is what to do with it: rename or delete."""
        user = self._viewer(request)
        saved = user.saved_filters.filter(pk=filter_id).first()
        if saved is None:
            raise Http404
        if request.POST.get("do") == "delete":
            saved.delete()
            messages.success(request, _("“%(name)s” is deleted.") % {"name": saved.name})
        else:
            self._rename(request, saved)
        return _to_list(checked_query(request.POST.get("back", ""), user))

    def _rename(self, request: HttpRequest, saved: SavedFilter) -> None:
        try:
            _stored(saved, request.POST.get("name", ""))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))

    def _viewer(self, request: HttpRequest) -> User:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return user_of(request)


def saved_of(user: User) -> list[dict[str, Any]]:
    """Their own, as the page shows them."""
    return [
        {"pk": saved.pk, "name": saved.name, "known_query": known_query(saved.query)}
        for saved in user.saved_filters.all()
    ]


def _stored(saved: SavedFilter, name: str) -> SavedFilter:
    """Under this name; raises ValidationError, also where another tab was quicker."""
    if "\0" in name:
        raise ValidationError(_("The text has characters that can't be stored."))
    saved.name = " ".join(name.split())
    saved.full_clean()
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        raise ValidationError(_("You have a filter of this name already.")) from error
    return saved


def _to_list(query: str) -> HttpResponseRedirect:
    url = reverse("admin:messenger_conversation_changelist")
    return HttpResponseRedirect(f"{url}?{query}" if query else url)
