"""Conversations: the list and the workspace. Their rows change only through services."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from messenger.admin.base import MessengerAdmin, user_of
from messenger.admin.boxes import counts
from messenger.admin.changelist import ConversationChangeList
from messenger.admin.parts import wants_part
from messenger.admin.workspace import Workspace
from messenger.models import Conversation

PAGE_SIZE = 50


@admin.register(Conversation)
class ConversationAdmin(Workspace, MessengerAdmin[Conversation]):
    list_fullwidth = True
    list_display = ("__str__",)
    list_per_page = PAGE_SIZE
    search_fields = ("contact__name", "contact__email", "contact__phone")
    search_help_text = _("Name, email or phone")
    actions = None
    change_list_template = "admin/messenger/conversation/list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return Conversation.objects.visible_to(user_of(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConversationChangeList]:
        return ConversationChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The whole page, or only its rows when the page asks to refresh itself."""
        context = {"title": _("Dialogs"), "counts": partial(counts, request), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        if wants_part(request) and isinstance(response, TemplateResponse):
            response.template_name = "admin/messenger/conversation/list_part.html"
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Visitors start conversations."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Conversation | None = None) -> bool:
        """Retention does that."""
        return False
