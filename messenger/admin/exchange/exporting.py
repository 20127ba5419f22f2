"""The export's page: what the list shows, or the ticked rows, as a file."""

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.admin.options import Action, ActionLocation, IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from messenger.admin.base import user_of
from messenger.admin.exchange.address import (
    AT_ONCE,
    ROW_PARAMETER,
    SHEET_PARAMETER,
    export_selected,
    keys_of,
    told,
    with_sheet,
    without_place,
)
from messenger.admin.exchange.audit import record_exchange
from messenger.admin.exchange.forms import SheetForm
from messenger.services.exporting import Sheet

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Any]
else:
    Base = object

PAGE = "admin/messenger/exchange/export.html"
LIST = "admin/messenger/exchange/list.html"
# More are not counted: it would take longer than it is worth.
COUNTED = 100_000

only_form = method_decorator(require_http_methods(["GET", "HEAD", "POST"]))


class Listed(NamedTuple):
    """`is_capped`: the search stopped at the newest that it found."""

    rows: QuerySet[Any]
    is_capped: bool = False


class Exports(Base):
    """`sheets` are the tables that the admin offers to whoever has the permission that each names."""

    sheets: Sequence[Sheet[Any, Any]] = ()
    change_list_template = LIST

    def get_own_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        own = path("export/", self.admin_site.admin_view(self.table_export_view), name=name)
        return [own, *super().get_own_urls()]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(self._sheets_for(request))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {"can_export": self.has_export_permission(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_actions(
        self, request: HttpRequest, action_location: ActionLocation = ActionLocation.CHANGE_LIST
    ) -> dict[str, Any]:
        actions = super().get_actions(request, action_location)
        if action_location is ActionLocation.CHANGE_LIST and self.has_export_permission(request):
            title = gettext("Export the selected")
            actions["export_selected"] = Action(
                export_selected, "export_selected", title, title, [ActionLocation.CHANGE_LIST]
            )
        return actions

    @only_form
    def table_export_view(self, request: HttpRequest) -> HttpResponseBase:
        """GET asks what to export, POST hands it out; the address says which rows."""
        sheets = self._sheets_for(request)
        if not sheets:
            raise PermissionDenied
        wanted = request.GET.get(SHEET_PARAMETER, "")
        sheet = next((sheet for sheet in sheets if sheet.name == wanted), sheets[0])
        if "ask" in request.POST:
            return self._with_ticked(request)
        chosen, form = self._listed_or_ticked(request), self.get_export_form(request, sheet)
        if form.is_bound and form.is_valid():
            answer = self._table_file(request, self.get_source(chosen.rows, form), form)
            if answer is not None:
                return answer
        return self._export_page(request, chosen, form)

    def _with_ticked(self, request: HttpRequest) -> HttpResponseBase:
        """A list's own form, which also holds other things, names the ticked rows: they go into the address."""
        query = QueryDict(mutable=True)
        query.setlist(ROW_PARAMETER, request.POST.getlist(ROW_PARAMETER)[:AT_ONCE])
        return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")

    def get_export_form(self, request: HttpRequest, sheet: Sheet[Any, Any]) -> SheetForm:
        return SheetForm(sheet, data=request.POST or None)

    def get_source(self, rows: QuerySet[Any], form: SheetForm) -> Any:
        """What the form's sheet reads, for the rows of the list."""
        return rows

    def get_listed(self, request: HttpRequest) -> Listed:
        """The rows that the list shows under the request's address, on all its pages."""
        return Listed(self.get_changelist_instance(request).queryset)

    def _sheets_for(self, request: HttpRequest) -> list[Sheet[Any, Any]]:
        if not self.has_view_permission(request):
            return []
        return [sheet for sheet in self.sheets if user_of(request).has_perm(sheet.permission)]

    def _listed_or_ticked(self, request: HttpRequest) -> Listed:
        ids = request.GET.getlist(ROW_PARAMETER)
        if ids:
            return Listed(self.get_queryset(request).filter(pk__in=keys_of(self.opts.pk, ids)))
        listed = copy(request)
        listed.GET = without_place(request.GET)  # type: ignore[assignment]
        listed.method = "GET"
        try:
            return self.get_listed(listed)
        except IncorrectLookupParameters as error:
            raise BadRequest from error

    def _table_file(self, request: HttpRequest, source: Any, form: SheetForm) -> HttpResponseBase | None:
        """On record before the first byte goes out; None where the form refuses what was asked for."""
        kind, columns, sheet = form.format(), form.columns(), form.sheet
        count = sheet.count(source, COUNTED + 1)
        if kind.most is not None and count > kind.most:
            form.refuse_more_than(kind.most)
            return None
        record_exchange(
            request,
            "exported",
            sheet.name,
            format=kind.extension,
            rows=count if count <= COUNTED else f"> {COUNTED}",
            columns=[column.name for column in columns],
            options=form.options(),
            filters=told(request.GET),
        )
        return kind.response(sheet.name, columns, sheet.batches(source))

    def _export_page(self, request: HttpRequest, chosen: Listed, form: SheetForm) -> HttpResponseBase:
        count = chosen.rows.order_by()[: COUNTED + 1].count()
        context = self.admin_site.each_context(request) | {
            "title": gettext("Export"),
            "opts": self.opts,
            "form": form,
            "count": min(count, COUNTED),
            "is_more": count > COUNTED,
            "is_capped": chosen.is_capped,
            "is_narrowed": bool(without_place(request.GET) or request.GET.getlist(ROW_PARAMETER)),
            "offers": self._table_offers(request, form.sheet),
            "list_url": self._export_list_url(request),
            "action": request.get_full_path(),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, PAGE, context)

    def _table_offers(self, request: HttpRequest, chosen: Sheet[Any, Any]) -> list[dict[str, Any]]:
        """The tables to choose from, as links that keep the rows; none where there is no choice."""
        sheets = self._sheets_for(request)
        return [
            {"title": sheet.title, "url": with_sheet(request.GET, sheet.name), "is_chosen": sheet is chosen}
            for sheet in sheets
            if len(sheets) > 1
        ]

    def _export_list_url(self, request: HttpRequest) -> str:
        query = without_place(request.GET)
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist", query=query or None)
