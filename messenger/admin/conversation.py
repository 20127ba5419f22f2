"""Conversations: the list and the workspace. Their rows change only through services."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.boxes import counts
from messenger.admin.card import Card
from messenger.admin.changelist import ConversationChangeList
from messenger.admin.completion import Completion
from messenger.admin.exchange import ConversationExport
from messenger.admin.filters import filters_of
from messenger.admin.next_waiting import NextWaiting
from messenger.admin.parts import KNOWN_HEADER, part, wants_part
from messenger.admin.saved_filters import SavedFilters, saved_of
from messenger.admin.several import Several
from messenger.admin.team import Team
from messenger.admin.transfer import Transfer
from messenger.models import Conversation

PAGE_SIZE = 50


@admin.register(Conversation)
class ConversationAdmin(
    ConversationExport,
    Team,
    Completion,
    NextWaiting,
    Card,
    Several,
    SavedFilters,
    Transfer,
    MessengerAdmin[Conversation],
):
    list_fullwidth = True
    checks_its_filters = True
    list_display = ("__str__",)
    list_per_page = PAGE_SIZE
    # Makes unfold show the field; what is looked for and where is the changelist's.
    search_fields = ("contact__name",)
    search_help_text = _("Client, phone, #number or words")
    actions = None
    list_after_template = "admin/messenger/transfer/after_list.html"
    change_list_template = "admin/messenger/conversation/list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return Conversation.objects.visible_to(user_of(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Conversation], search_term: str
    ) -> tuple[QuerySet[Conversation], bool]:
        return queryset, False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConversationChangeList]:
        return ConversationChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The whole page, or only its rows when the page asks to refresh itself."""
        if wants_part(request):
            return self._rows(request)
        context = {
            "title": _("Dialogs"),
            "counts": partial(counts, request),
            "can_select": self.has_change_permission(request),
            "filter_form": filters_of(request).form,
            "saved_filters": saved_of(user_of(request)),
            **(extra_context or {}),
        }
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def _rows(self, request: HttpRequest) -> HttpResponse:
        """Every open list asks for this at every event: without the page's frame, without rows that it has."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise BadRequest from error
        known = set(request.headers.get(KNOWN_HEADER, "").split(","))
        context = {
            "cl": changelist,
            "counts": counts(request),
            "known": known,
            "can_select": self.has_change_permission(request),
        }
        return part(request, "admin/messenger/conversation/list_part.html", context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Visitors start conversations."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Conversation | None = None) -> bool:
        """Retention does that."""
        return False
