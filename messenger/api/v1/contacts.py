"""Contacts: found, looked at, and corrected."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from messenger.api.v1 import shapes
from messenger.api.v1.description import CONTACT, described_for_integrations
from messenger.api.v1.rows import contact_row
from messenger.api.v1.view import IntegrationView, uuid_of
from messenger.exceptions import Anonymized
from messenger.lib import phones
from messenger.models import Contact
from messenger.models.integration_token import Scope
from messenger.models.search_text import phone_digits
from messenger.services.contact_details import FIELDS
from messenger.services.contact_editing import correct
from messenger.services.contact_lookup import with_email


class ContactsView(IntegrationView):
    """All contacts, in the order of their ids, which are random: new ones may stand anywhere."""

    scopes = {"GET": Scope.CONTACTS_READ}

    @described_for_integrations(
        "list_contacts",
        None,
        {200: shapes.RestContactPage},
        errors={400: ["invalid"]},
        parameters=[shapes.ContactsQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.asked(shapes.ContactsQuery)
        found = list(_narrowed(self.access.contacts(), query).order_by("pk")[: query["limit"] + 1])
        page = found[: query["limit"]]
        more = len(found) > len(page)
        return Response(
            {"results": [contact_row(row) for row in page], "next_cursor": str(page[-1].pk) if more else None}
        )


def _narrowed(contacts: QuerySet[Contact], query: dict[str, Any]) -> QuerySet[Contact]:
    if query["cursor"]:
        contacts = contacts.filter(pk__gt=query["cursor"])
    if query["inbox"] is not None:
        contacts = contacts.filter(inbox=query["inbox"])
    if query["external_id"]:
        contacts = contacts.filter(external_id=query["external_id"])
    if query["email"]:
        contacts = with_email(contacts, query["email"])
    if query["phone"]:
        digits = phones.normal(query["phone"])
        contacts = contacts.alias(digits=phone_digits()).filter(digits=digits) if digits else contacts.none()
    return contacts


class ContactView(IntegrationView):
    """One contact."""

    scopes = {"GET": Scope.CONTACTS_READ, "PATCH": Scope.CONTACTS_WRITE}

    @described_for_integrations(
        "get_contact",
        None,
        {200: shapes.RestContact},
        errors={404: ["not_found"]},
        parameters=[CONTACT],
    )
    def get(self, request: Request, contact_id: str) -> Response:
        return Response(contact_row(self.access.contact(uuid_of(contact_id))))

    @described_for_integrations(
        "change_contact",
        shapes.RestContactChange,
        {200: shapes.RestContact},
        errors={400: ["invalid"], 404: ["not_found"], 409: ["anonymized", "contact_changed"]},
        parameters=[CONTACT],
    )
    def patch(self, request: Request, contact_id: str) -> Response:
        """Corrects who the contact is. The timeline of the last conversation tells which fields, and by whom."""
        contact = self.access.contact(uuid_of(contact_id))
        said = self.said(shapes.RestContactChange, partial=True)
        if contact.anonymized_at is not None:
            raise Anonymized(_("The client's personal data was removed: there is nothing to correct."))
        seen = {name: str(getattr(contact, name)) for name in FIELDS}
        correct(contact_id=contact.pk, actor=self.access.user, values=said, seen=seen)
        return Response(contact_row(self.access.contact(contact.pk)))
