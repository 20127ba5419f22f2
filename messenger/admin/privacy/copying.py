"""The copy of a contact's data: a small one at once, a large one by the worker."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm import audit
from messenger.admin.base import user_of
from messenger.admin.privacy import downloads
from messenger.admin.privacy.forms import ExportForm
from messenger.admin.privacy.person import EXPORT, Person, back, part
from messenger.models import Contact, DataExport
from messenger.services.privacy import jobs

EXPORTS = "admin/messenger/privacy/exports.html"
SHOWN = 20


class Copying(Person):
    @method_decorator(require_POST)
    def export_view(self, request: HttpRequest, object_id: UUID) -> HttpResponseBase:
        contact = self._person(request, object_id, EXPORT)
        form = _form(request.POST)
        if not form.is_valid():
            return self._page(request, contact, export_form=form, status=422)
        reason, with_files = form.cleaned_data["reason"], form.cleaned_data["with_files"]
        with transaction.atomic():
            audit.record(request, "exported", target=contact, reason=reason, with_files=with_files)
            at_once = jobs.fits_at_once(contact, with_files=with_files)
            if not at_once:
                jobs.request_export(
                    contact, requested_by=user_of(request), reason=reason, with_files=with_files
                )
        if at_once:
            return downloads.made_at_once(contact)
        messages.success(request, _("The export is being made. It can be downloaded here for 24 hours."))
        return back(contact)

    @method_decorator(require_GET)
    def exports_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """The part of the page that a running export changes."""
        contact = self._person(request, object_id, EXPORT)
        return part(request, EXPORTS, {"contact": contact, **self._exports(request, contact)})

    @method_decorator(require_GET)
    def download_view(self, request: HttpRequest, object_id: UUID, export_id: UUID) -> HttpResponseBase:
        """For whoever asked, and administrators; each time is told to the audit."""
        contact = self._person(request, object_id, EXPORT)
        finished = self._visible(request, contact).filter(finished_at__isnull=False)
        export = finished.filter(pk=export_id).first()
        if export is None:
            raise Http404
        audit.record(
            request, "downloaded", target=contact, reason=export.reason, with_files=export.with_files
        )
        return downloads.made_before(export)

    @method_decorator(require_POST)
    def export_again_view(self, request: HttpRequest, object_id: UUID, export_id: UUID) -> HttpResponse:
        """Pressed twice it is begun anew once."""
        contact = self._person(request, object_id, EXPORT)
        mine = self._visible(request, contact).filter(pk=export_id)
        if not mine.exists():
            raise Http404
        jobs.export_again(mine)
        return back(contact)

    def _context(self, request: HttpRequest, contact: Contact) -> dict[str, Any]:
        return {
            **super()._context(request, contact),
            **self._exports(request, contact),
            "at_once": jobs.fits_at_once(contact, with_files=False),
            "may_export": request.user.has_perm(EXPORT),
            "export_form": _form(),
        }

    def _exports(self, request: HttpRequest, contact: Contact) -> dict[str, Any]:
        rows = self._visible(request, contact).select_related("requested_by")[:SHOWN]
        return {
            "exports": [{"export": row, "progress": _progress(row)} for row in rows],
            "running": any(row.is_under_way for row in rows),
        }

    def _visible(self, request: HttpRequest, contact: Contact) -> QuerySet[DataExport]:
        return jobs.visible_to(user_of(request)).filter(contact=contact)


def _form(data: Any = None) -> ExportForm:
    return ExportForm(data, auto_id="msgr-export-%s", use_required_attribute=False)


def _progress(export: DataExport) -> int:
    return jobs.progress(export) if export.is_under_way else 0
