"""A visitor's message, with files or without."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from messenger.api import shapes
from messenger.api.description import described
from messenger.api.visitor_request import WidgetView, checked_uuid
from messenger.exceptions import FileTypeNotAllowed, Spam
from messenger.models import Attachment
from messenger.services import (
    attaching,
    attachment_links,
    contact_details,
    posting,
    suspicion,
    visitor_view,
    visitors,
)
from messenger.services.visitor_gate import What
from messenger.services.writing import Posted


class SendView(WidgetView):
    """Stores the visitor's message."""

    what: ClassVar[What] = "SEND"
    takes_files = True

    @described(
        "send",
        {
            "application/json": shapes.Send,
            "application/x-www-form-urlencoded": shapes.Send,
            "multipart/form-data": shapes.SendForm,
        },
        {
            200: OpenApiResponse(shapes.Message, "A repeat: the message that was stored before."),
            201: OpenApiResponse(shapes.Message, "Stored."),
        },
        errors={
            400: ["spam"],
            403: ["captcha_required"],
            409: ["idempotency_conflict"],
            413: ["file_too_large"],
            415: ["file_type_not_allowed"],
        },
    )
    def post(self, request: Request) -> Response:
        if self.value("hp"):
            suspicion.note_honeypot(self.visit.address)
            raise Spam
        self.visit.prove(self.body().get("captcha"))
        session = self.visit.session
        if self.visit.inbox and self.visit.inbox.consent_required:
            contact_details.require_consent(session.contact_id)
        body = self.body().get("body", "")
        client_message_id = checked_uuid("client_message_id", self.value("client_message_id"))
        said = {"contact_id": session.contact_id, "body": body, "client_message_id": client_message_id}
        uploads = self._uploads(request)
        if uploads:
            visitors.refuse_blocked(session.contact_id)
        # Of a repeat nothing is looked at twice: a phone photo costs a second.
        posted = posting.repeated_from_contact(**said, has_files=True) if uploads else None
        if posted is None:
            with self._stored(uploads) as files:
                posted = posting.post_from_contact(
                    inbox_id=session.inbox_id, conversation_id=session.conversation_id, files=files, **said
                )
        if posted.conversation_id != session.conversation_id and posted.created:
            self.visit.move_to(posted.conversation_id)
        return Response(_answer(posted), status=201 if posted.created else 200)

    def _uploads(self, request: Request) -> list[attaching.Upload]:
        uploads: list[attaching.Upload] = [
            file for name in ("files", "file") for file in request.FILES.getlist(name)
        ]
        if uploads and self.visit.inbox and not self.visit.inbox.attachments_enabled:
            raise FileTypeNotAllowed
        return uploads

    def _stored(self, uploads: Sequence[attaching.Upload]) -> AbstractContextManager[list[Attachment]]:
        if not uploads or self.visit.inbox is None:
            return nullcontext([])
        return attaching.stored(uploads, self.visit.inbox.file_limits)


def _answer(posted: Posted) -> dict[str, Any]:
    return {
        "id": posted.id,
        "direction": "in",
        "body": posted.body,
        "created_at": visitor_view.moment(posted.created_at),
        "read_at": None,
        "sender_name": posted.sender_name or None,
        "sender_avatar": None,
        "client_message_id": str(posted.client_message_id) if posted.client_message_id else None,
        "attachments": [attachment_links.shape_of(attachment) for attachment in posted.attachments],
    }
