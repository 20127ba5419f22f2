"""The beginning of a visit: who it is, which conversation, and all that the widget needs to know."""

from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.response import Response

from messenger.api import shapes
from messenger.api.description import described
from messenger.api.visitor_request import WidgetView
from messenger.exceptions import InboxNotFound, SessionInvalid
from messenger.models import Contact, Conversation, Inbox
from messenger.services import contact_details, hours, proof_of_work, visitor_view, visitors
from messenger.services.absence import absence_of
from messenger.services.attaching import MAX_FILES
from messenger.services.known_inboxes import inbox_of_version
from messenger.services.visitor_gate import What
from messenger.utils import create_widget_session


@cache
def _form(language: str | None) -> shapes.Bootstrap:
    """Made once: its fields are copied each time else, for a third of a bootstrap. A limit's words, once read, stay."""
    return shapes.Bootstrap()


class BootstrapView(WidgetView):
    """Makes or finds contact and conversation, and starts a session."""

    what: ClassVar[What] = "BOOTSTRAP"
    needs_session = False

    @described("bootstrap", shapes.Bootstrap, {200: shapes.BootstrapAnswer}, needs_session=False)
    def post(self, request: Request) -> Response:
        said = _form(get_language()).run_validation(self.body())
        at_door = self.visit.inbox
        inbox = inbox_of_version(at_door.id, at_door.version) if at_door else None
        if inbox is None:
            raise InboxNotFound
        contact, conversation, is_new = visitors.welcome(
            inbox=inbox,
            introduction=visitors.Introduction(
                visitor_token=said["visitor_token"],
                external_id=said["contact_external_id"],
                identity_hash=said["identity_hash"],
                address=self.visit.address,
                **{
                    name: said[name]
                    for name in ("name", "email", "phone", "locale", "page_url", "referrer", "meta")
                },
            ),
        )
        by_mail = visitors.came_by_mail(contact, said["visitor_token"])
        visitor_token = visitors.visitor_token(contact, by_mail=by_mail)
        view = visitor_view.of_new(conversation, inbox) if is_new else visitor_view.latest(conversation.pk)
        if view is None:
            raise SessionInvalid
        return Response(self._answer(inbox, contact, conversation, view) | {"visitor_token": visitor_token})

    def _answer(
        self, inbox: Inbox, contact: Contact, conversation: Conversation, view: dict[str, Any]
    ) -> dict[str, Any]:
        now = hours.hours_of(inbox)
        absence = absence_of(inbox, conversation, now)
        nobody_is_there = now.outside or absence.is_away
        prechat_fields = contact_details.asked_before(inbox, contact)
        token = create_widget_session(
            inbox_id=inbox.pk, conversation_id=conversation.pk, contact_id=contact.pk
        )
        return visitor_view.public(view) | {
            "widget_session_token": token,
            "conversation_id": conversation.pk,
            "initial_messages": view["messages"],
            "outside_working_hours": now.outside,
            "working_hours_message": now.message,
            "working_hours_display": now.display,
            "next_opening_at": visitor_view.moment(now.next_opening_at),
            "offline_mode": absence.is_away,
            "offline_message": absence.message,
            "details_wanted": contact_details.wanted_while_away(contact) if nobody_is_there else [],
            "title": inbox.title,
            "greeting": inbox.greeting,
            "color": inbox.color,
            "position": inbox.position,
            "locale": get_language(),
            "prechat_required": "required" in prechat_fields.values(),
            "prechat_fields": prechat_fields,
            "privacy_text": inbox.privacy_text,
            "privacy_url": inbox.privacy_url,
            "consent_required": inbox.consent_required and not contact_details.has_consented(contact.pk),
            "sse_enabled": settings.MESSENGER_SSE_ENABLED,
            "attachments_enabled": inbox.attachments_enabled,
            "max_file_size_bytes": inbox.max_file_size_bytes,
            "allowed_content_types": inbox.allowed_content_types,
            "max_files": MAX_FILES,
            "captcha_required": self.visit.needs_proof,
            "challenge": proof_of_work.new_challenge() if self.visit.needs_proof else None,
            "poll_interval_ms": settings.MESSENGER_POLL_INTERVAL_MS,
        }
