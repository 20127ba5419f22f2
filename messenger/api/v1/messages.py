"""Messages of a conversation: read by key, and written once. Internal notes stay in the panel."""

import re
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from messenger.api.v1 import shapes
from messenger.api.v1.description import CONVERSATION, IDEMPOTENCY_KEY, described_for_integrations
from messenger.api.v1.rows import message_row
from messenger.api.v1.view import IntegrationView, number_of
from messenger.exceptions import Invalid
from messenger.models import Attachment, Conversation, Message
from messenger.models.inbox import max_file_bytes
from messenger.models.integration_token import Scope
from messenger.services import attaching, integrations

_KEY = re.compile(r"[!-~]{1,255}")
FIELDS = ("files", "file")


class MessagesView(IntegrationView):
    """What the contact and the operators wrote to each other."""

    scopes = {"GET": Scope.MESSAGES_READ, "POST": Scope.MESSAGES_WRITE}
    takes_files = True

    @described_for_integrations(
        "list_messages",
        None,
        {200: shapes.RestMessagePage},
        errors={400: ["invalid"], 404: ["not_found"]},
        parameters=[CONVERSATION, shapes.MessagesQuery],
    )
    def get(self, request: Request, conversation_id: str) -> Response:
        conversation = self.access.conversation(number_of(conversation_id))
        query = self.asked(shapes.MessagesQuery)
        messages = Message.objects.filter(conversation=conversation, direction__in=["in", "out"])
        rows = messages.select_related("sender_user").prefetch_related("attachments")
        found = _page(rows, query)
        page = found[: query["limit"]]
        if query["before_id"] is not None:
            page.reverse()
        return Response(
            {
                "results": [
                    message_row(message, conversation.contact, request.build_absolute_uri) for message in page
                ],
                "has_more": len(found) > len(page),
            }
        )

    @described_for_integrations(
        "post_message",
        {"application/json": shapes.NewMessage, "multipart/form-data": shapes.NewMessageForm},
        {
            200: OpenApiResponse(shapes.RestMessage, "A repeat: the message that was stored before."),
            201: OpenApiResponse(shapes.RestMessage, "Stored, and on its way to the contact."),
        },
        errors={
            400: ["invalid"],
            403: ["blocked"],
            404: ["not_found"],
            409: ["conversation_closed", "anonymized", "idempotency_conflict"],
            413: ["file_too_large"],
            415: ["file_type_not_allowed"],
        },
        parameters=[CONVERSATION, IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, conversation_id: str) -> Response:
        """Writes to the contact as the token's user, who takes the conversation where nobody has opened it yet."""
        conversation = self.access.conversation(number_of(conversation_id))
        said = self.said(shapes.NewMessageOfForm if self.files() else shapes.NewMessage)
        client_message_id = self._client_message_id(said.get("client_message_id"))
        with self._stored(conversation) as files:
            message, created = integrations.post_answer(
                conversation_id=conversation.pk,
                user=self.access.user,
                body=said["body"],
                client_message_id=client_message_id,
                files=files,
            )
        row = message_row(message, conversation.contact, request.build_absolute_uri)
        return Response(row, status=201 if created else 200)

    def _stored(self, conversation: Conversation) -> AbstractContextManager[list[Attachment]]:
        """What the inbox takes of operators. A file that came under another name would be lost unseen."""
        given = self.files()
        if astray := [name for name in given if name not in FIELDS]:
            raise Invalid({name: [_("Send files under the name “files”.")] for name in astray})
        uploads: list[attaching.Upload] = [file for name in FIELDS for file in given.getlist(name)]
        if not uploads:
            return nullcontext([])
        limits = attaching.Limits(conversation.inbox.allowed_content_types, max_file_bytes())
        return attaching.stored(uploads, limits)

    def _client_message_id(self, said: UUID | None) -> UUID | None:
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return said
        if said is not None:
            raise Invalid({"client_message_id": [_("Send it, or the header Idempotency-Key, and not both.")]})
        if not _KEY.fullmatch(key):
            raise Invalid({"Idempotency-Key": [_("Send 1 to 255 characters of ASCII, without spaces.")]})
        return integrations.message_id_of(key, self.access.user)


def _page(messages: Any, query: dict[str, Any]) -> list[Message]:
    """And one more, where there is one; the newest first, where those before an id were asked for."""
    since, before, size = query["since_id"], query["before_id"], query["limit"] + 1
    if before is None:
        return list(messages.filter(pk__gt=since or 0).order_by("pk")[:size])
    if since is not None:
        raise Invalid({"before_id": [_("Send since_id or before_id, and not both.")]})
    return list(messages.filter(pk__lt=before).order_by("-pk")[:size])
