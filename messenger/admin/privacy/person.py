"""What all pages about a contact's personal data have in common: whose they are, and who may."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from messenger.models import Contact

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Contact]
else:
    Base = object

PAGE = "admin/messenger/privacy/page.html"
EXPORT, ANONYMIZE = "messenger.export_contact", "messenger.anonymize_contact"


class Person(Base):
    """Needs the permission of what is done, and to see the contact: else 403 and 404."""

    def has_personal_data_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        return request.user.has_perm(EXPORT) or request.user.has_perm(ANONYMIZE)

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

    def _page(self, request: HttpRequest, contact: Contact, status: int = 200, **forms: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Personal data"),
            "subtitle": contact.label,
            "opts": self.opts,
            **self._context(request, contact),
            **forms,
        }
        return TemplateResponse(request, PAGE, context, status=status)

    def _context(self, request: HttpRequest, contact: Contact) -> dict[str, Any]:
        """Each part of the page adds its own."""
        return {"contact": contact}


def back(contact: Contact) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:messenger_contact_privacy", args=[contact.pk]))


def part(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """What changes by itself while the worker is at it."""
    return TemplateResponse(request, template, context, headers={"Cache-Control": "no-store"})
