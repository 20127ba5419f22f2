"""The page and what is done on it. Everything works without scripts; with them a running export shows how far it is."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.decorators import action

from crm import audit
from messenger.admin.base import user_of
from messenger.admin.parts import sentence_of
from messenger.admin.privacy import downloads
from messenger.admin.privacy.forms import AnonymizeForm, ExportForm
from messenger.exceptions import MessengerError
from messenger.models import Contact, DataExport
from messenger.services.privacy import jobs
from messenger.services.privacy.anonymize import anonymize
from messenger.services.privacy.preview import preview

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Contact]
else:
    Base = object

PAGE = "admin/messenger/privacy/page.html"
EXPORTS = "admin/messenger/privacy/exports.html"
EXPORT, ANONYMIZE = "messenger.export_contact", "messenger.anonymize_contact"


class PersonalData(Base):
    """Needs the permission of what is done, and to see the contact: else 403 and 404."""

    actions_detail = ("personal_data",)
    change_form_outer_before_template = "admin/messenger/privacy/notice.html"

    @action(description=gettext_lazy("Personal data"), permissions=["personal_data"], icon="shield_person")
    def personal_data(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Leads to the page, and changes nothing."""
        return HttpResponseRedirect(reverse("admin:messenger_contact_privacy", args=[object_id]))

    def has_personal_data_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm(EXPORT) or request.user.has_perm(ANONYMIZE)

    def has_change_permission(self, request: HttpRequest, obj: Contact | None = None) -> bool:
        """There is nobody left to correct."""
        return super().has_change_permission(request, obj) and (obj is None or obj.anonymized_at is None)

    def get_own_urls(self) -> list[URLPattern]:
        wrap, at = self.admin_site.admin_view, "<uuid:object_id>/personal-data/"
        return [
            path(at, wrap(self.personal_data_view), name="messenger_contact_privacy"),
            path(f"{at}export/", wrap(self.export_view), name="messenger_contact_export_data"),
            path(f"{at}exports/", wrap(self.exports_view), name="messenger_contact_exports"),
            path(
                f"{at}exports/<uuid:export_id>/",
                wrap(self.download_view),
                name="messenger_contact_download",
            ),
            path(f"{at}anonymize/", wrap(self.anonymize_view), name="messenger_contact_anonymize"),
            *super().get_own_urls(),
        ]

    @method_decorator(require_GET)
    def personal_data_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        return self._page(request, self._person(request, object_id))

    @method_decorator(require_POST)
    def export_view(self, request: HttpRequest, object_id: UUID) -> HttpResponseBase:
        contact = self._person(request, object_id, EXPORT)
        form = ExportForm(request.POST, auto_id="msgr-export-%s", use_required_attribute=False)
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
        return _back(contact)

    @method_decorator(require_GET)
    def exports_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """The part of the page that a running export changes."""
        contact = self._person(request, object_id, EXPORT)
        context = {"contact": contact, **self._exports(request, contact)}
        return TemplateResponse(request, EXPORTS, context, headers={"Cache-Control": "no-store"})

    @method_decorator(require_GET)
    def download_view(self, request: HttpRequest, object_id: UUID, export_id: UUID) -> HttpResponseBase:
        """For whoever asked, and administrators; each time is told to the audit."""
        contact = self._person(request, object_id, EXPORT)
        found = jobs.visible_to(user_of(request)).filter(contact=contact, finished_at__isnull=False)
        export = found.filter(pk=export_id).first()
        if export is None:
            raise Http404
        audit.record(
            request, "downloaded", target=contact, reason=export.reason, with_files=export.with_files
        )
        return downloads.made_before(export)

    @method_decorator(require_POST)
    def anonymize_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        contact = self._person(request, object_id, ANONYMIZE)
        form = AnonymizeForm(contact, request.POST)
        if not form.is_valid():
            return self._page(request, contact, anonymize_form=form, status=422)
        try:
            with transaction.atomic():
                done = anonymize(contact.pk, actor=user_of(request), **form.wanted)
                contact.refresh_from_db()
                if done:
                    audit.record(
                        request,
                        "anonymized",
                        target=contact,
                        reason=form.cleaned_data["reason"],
                        **form.wanted,
                    )
        except MessengerError as error:
            messages.error(request, sentence_of(error))
            return _back(contact)
        told = _("The client's personal data was removed.") if done else _("Nothing was left to remove.")
        messages.success(request, told)
        return _back(contact)

    def _page(self, request: HttpRequest, contact: Contact, status: int = 200, **forms: Any) -> HttpResponse:
        found = preview(contact.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Personal data"),
            "subtitle": contact.label,
            "opts": self.opts,
            "contact": contact,
            "preview": found,
            "details": [label_for_field(name, Contact) for name in found.details],
            **self._exports(request, contact),
            "at_once": jobs.fits_at_once(contact, with_files=False),
            "may_export": request.user.has_perm(EXPORT),
            "may_anonymize": request.user.has_perm(ANONYMIZE),
            "export_form": ExportForm(auto_id="msgr-export-%s", use_required_attribute=False),
            "anonymize_form": AnonymizeForm(contact),
            **forms,
        }
        return TemplateResponse(request, PAGE, context, status=status)

    def _exports(self, request: HttpRequest, contact: Contact) -> dict[str, Any]:
        rows = jobs.visible_to(user_of(request)).filter(contact=contact).select_related("requested_by")[:20]
        return {
            "exports": [{"export": row, "progress": _progress(row)} for row in rows],
            "running": any(row.finished_at is None for row in rows),
        }

    def _person(self, request: HttpRequest, object_id: UUID, permission: str = "") -> Contact:
        """Raises PermissionDenied without the permission (either of both where none is named), Http404 for a
        contact that the user doesn't see."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not (
            request.user.has_perm(permission) if permission else self.has_personal_data_permission(request)
        ):
            raise PermissionDenied
        contact = self.get_queryset(request).select_related("inbox").filter(pk=object_id).first()
        if contact is None:
            raise Http404
        return contact


def _progress(export: DataExport) -> int | None:
    return None if export.finished_at else jobs.progress(export)


def _back(contact: Contact) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:messenger_contact_privacy", args=[contact.pk]))
