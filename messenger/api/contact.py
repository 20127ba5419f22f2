"""What the visitor tells of themselves in the widget's forms."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from messenger.api import shapes
from messenger.api.description import described
from messenger.api.visitor_request import WidgetView
from messenger.services import contact_details
from messenger.services.visitor_gate import What


class ContactView(WidgetView):
    """Name, email and phone as the visitor gives them, and the consent to the privacy text."""

    what: ClassVar[What] = "SEND"

    @described("contact", shapes.Contact, {200: shapes.ContactAnswer})
    def post(self, request: Request) -> Response:
        form = shapes.Contact(data=self.body())
        form.is_valid(raise_exception=True)
        said = form.validated_data
        session = self.visit.session
        contact = contact_details.give_details(
            conversation_id=session.conversation_id,
            contact_id=session.contact_id,
            details={name: said[name] for name in contact_details.FIELDS},
            consents=said["consent"],
            shown_text=said["privacy_text"],
        )
        agreed = contact_details.has_consented(contact.pk)
        return Response(contact_details.to_public(contact, has_consented=agreed))
