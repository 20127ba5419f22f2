"""The figures: for administrators a page of its own, and what is going on now on their first page."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from messenger.admin.base import MessengerAdmin, only_enabled, user_of
from messenger.admin.figures_form import RangeForm
from messenger.admin.figures_page import Card, now_cards, page
from messenger.models import Figures
from messenger.services.insight.permitted import may_look
from messenger.services.insight.report import report


@admin.register(Figures)
class FiguresAdmin(MessengerAdmin[Figures]):
    """One page: rows of figures are nobody's to look at singly."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(only_enabled(self.figures_view))
        return [path("", view, name="messenger_figures_changelist")]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(user_of(request))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @method_decorator(require_safe)
    def figures_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        user = user_of(request)
        form = RangeForm(request.GET, user=user)
        scope = form.scope()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Figures"),
            "form": form,
            "now_cards": now_cards(user, scope),
            # Of a range that isn't understood there are no figures: others would be taken for them.
            **(page(report(*form.range(), scope)) if form.is_valid() else {}),
        }
        return render(request, "admin/messenger/figures/page.html", context)


def first_page_cards(request: HttpRequest) -> list[Card]:
    """For those whom the figures are for; empty for others."""
    user = user_of(request)
    return now_cards(user) if settings.MESSENGER_ENABLED and may_look(user) else []
