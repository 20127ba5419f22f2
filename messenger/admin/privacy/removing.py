"""The removal of a contact's data: looked at, confirmed, and done at once or by the worker."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.utils import label_for_field
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm import audit
from messenger.admin.base import user_of
from messenger.admin.parts import sentence_of
from messenger.admin.privacy.forms import AnonymizeForm
from messenger.admin.privacy.person import ANONYMIZE, Person, back, part
from messenger.exceptions import MessengerError
from messenger.models import Contact
from messenger.services.privacy import removals
from messenger.services.privacy.preview import preview

REMOVAL = "admin/messenger/privacy/removal.html"


class Removing(Person):
    @method_decorator(require_POST)
    def anonymize_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        contact = self._person(request, object_id, ANONYMIZE)
        removal = removals.last_removal(contact)
        if removal is not None and removal.is_under_way:
            messages.warning(request, _("The client's personal data is being removed already."))
            return back(contact)
        form = AnonymizeForm(contact, request.POST)
        if not form.is_valid():
            return self._page(request, contact, anonymize_form=form, status=422)
        if removals.fits_at_once(contact, form.wanted):
            _remove_now(request, contact, form)
        else:
            _hand_over(request, contact, form)
        return back(contact)

    @method_decorator(require_GET)
    def removal_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """The part of the page that a removal under way changes; when it has ended, all of the page is loaded anew."""
        contact = self._person(request, object_id, ANONYMIZE)
        removal = removals.last_removal(contact)
        response = part(request, REMOVAL, {"contact": contact, "removal": removal})
        if removal is None or not removal.is_under_way:
            response["HX-Refresh"] = "true"
        return response

    @method_decorator(require_POST)
    def removal_again_view(self, request: HttpRequest, object_id: UUID) -> HttpResponse:
        """Pressed twice it is begun anew once."""
        contact = self._person(request, object_id, ANONYMIZE)
        removal = removals.last_removal(contact)
        if removal is None:
            raise Http404
        with transaction.atomic():
            if removals.remove_again(contact):
                audit.record(request, "removal_requested", target=contact, reason=removal.reason)
        return back(contact)

    def _context(self, request: HttpRequest, contact: Contact) -> dict[str, Any]:
        found = preview(contact.pk)
        return {
            **super()._context(request, contact),
            "preview": found,
            "details": [label_for_field(name, Contact) for name in found.details],
            "removal": removals.last_removal(contact),
            "may_anonymize": request.user.has_perm(ANONYMIZE),
            "anonymize_form": AnonymizeForm(contact),
        }


def _remove_now(request: HttpRequest, contact: Contact, form: AnonymizeForm) -> None:
    try:
        done = removals.remove_now(
            contact,
            wanted=form.wanted,
            reason=form.cleaned_data["reason"],
            actor=user_of(request),
            request=request,
        )
    except MessengerError as error:
        messages.error(request, sentence_of(error))
        return
    told = _("The client's personal data was removed.") if done else _("Nothing was left to remove.")
    messages.success(request, told)


@transaction.atomic
def _hand_over(request: HttpRequest, contact: Contact, form: AnonymizeForm) -> None:
    reason, wanted = form.cleaned_data["reason"], form.wanted
    asked = removals.request_removal(contact, requested_by=user_of(request), reason=reason, wanted=wanted)
    if asked is None:
        messages.warning(request, _("The client's personal data is being removed already."))
        return
    audit.record(request, "removal_requested", target=contact, reason=reason, **wanted)
    messages.success(
        request, _("There is much to remove: it is done in the background, whole or not at all.")
    )
