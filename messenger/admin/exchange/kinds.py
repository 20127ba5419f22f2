"""What each admin exports and imports."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from messenger.admin.base import user_of
from messenger.admin.boxes import chosen_box
from messenger.admin.exchange.exporting import Exports, Listed
from messenger.admin.exchange.forms import MessagesForm, SheetForm
from messenger.admin.exchange.importing import Imports
from messenger.admin.exchange.resources import CannedResponseResource, LabelResource
from messenger.admin.filters import SEARCH_PARAMETER, filters_of
from messenger.models import Conversation
from messenger.services.exporting import (
    CANNED_RESPONSES,
    CONTACTS,
    CONVERSATIONS,
    LABELS,
    MESSAGES,
    MessagesOf,
    Sheet,
)
from messenger.services.search import search


class ContactExport(Exports):
    sheets = (CONTACTS,)


class ConversationExport(Exports):
    """Their rows, or the messages in them."""

    sheets = (CONVERSATIONS, MESSAGES)

    def get_listed(self, request: HttpRequest) -> Listed:
        """What the list shows, page after page: of tab, filters and search."""
        user, search_text = user_of(request), request.GET.get(SEARCH_PARAMETER, "").strip()
        started = Conversation.objects.visible_to(user).started()
        rows = filters_of(request).of(chosen_box(request).of(started, user))
        if not search_text:
            return Listed(rows)
        found = search(search_text, [rows])
        return Listed(rows.filter(Q(pk__in=found.ids) | Q(contact__in=found.contacts)), found.is_capped)

    def get_export_form(self, request: HttpRequest, sheet: Sheet[Any, Any]) -> SheetForm:
        if sheet is not MESSAGES:
            return super().get_export_form(request, sheet)
        may_read_notes = user_of(request).has_perm("messenger.change_conversation")
        return MessagesForm(sheet, data=request.POST or None, offers_notes=may_read_notes)

    def get_source(self, rows: QuerySet[Any], form: SheetForm) -> Any:
        if not isinstance(form, MessagesForm):
            return super().get_source(rows, form)
        return MessagesOf(rows, *form.days(), with_notes=form.wants_notes())


class LabelExchange(Imports, Exports):
    sheets: Sequence[Sheet[Any, Any]] = (LABELS,)
    import_resource = LabelResource


class CannedResponseExchange(Imports, Exports):
    sheets: Sequence[Sheet[Any, Any]] = (CANNED_RESPONSES,)
    import_resource = CannedResponseResource
