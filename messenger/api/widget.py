"""The widget's API: parse, call a service, answer (contract.md)."""

import logging
from typing import Any, ClassVar

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from messenger.api import shapes
from messenger.api.visitor_request import WidgetView, checked_id, checked_uuid
from messenger.exceptions import Blocked, Invalid, SessionInvalid, Spam, Unavailable
from messenger.models import Contact, Conversation, Inbox
from messenger.services import hours, posting, quiet_poll, rating, reading, typing, visitor_view, visitors
from messenger.services.visitor_gate import What
from messenger.utils import create_widget_session

logger = logging.getLogger(__name__)

TOKENS = [
    OpenApiParameter("X-Widget-Token", str, OpenApiParameter.HEADER, description="Names the inbox."),
    OpenApiParameter("X-Widget-Session", str, OpenApiParameter.HEADER, description="The visitor's session."),
]
ERRORS = dict.fromkeys((400, 401, 403, 404, 409, 429, 503), shapes.ErrorAnswer)


def described(request: Any, answers: dict[Any, Any], **more: Any) -> Any:
    """The OpenAPI entry of a widget endpoint."""
    return extend_schema(
        parameters=[*TOKENS, *more.pop("parameters", [])],
        request=request,
        responses=ERRORS | answers,
        auth=[],
        **more,
    )


class BootstrapView(WidgetView):
    """Makes or finds contact and conversation, and starts a session."""

    what: ClassVar[What] = "BOOTSTRAP"
    needs_session = False

    @described(shapes.BootstrapRequest, {200: shapes.BootstrapAnswer})
    def post(self, request: Request) -> Response:
        form = shapes.BootstrapRequest(data=self.body())
        form.is_valid(raise_exception=True)
        said = form.validated_data
        inbox = Inbox.objects.get(pk=self.visit.inbox.id) if self.visit.inbox else None
        if inbox is None:
            raise SessionInvalid
        contact, conversation = visitors.welcome(
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
        return Response(_bootstrap_answer(inbox, contact, conversation))


class SendView(WidgetView):
    """Stores the visitor's message."""

    what: ClassVar[What] = "SEND"

    @described(shapes.SendRequest, {200: shapes.MessageShape, 201: shapes.MessageShape})
    def post(self, request: Request) -> Response:
        if self.value("hp"):
            raise Spam
        session = self.visit.session
        posted = posting.post_from_contact(
            inbox_id=session.inbox_id,
            conversation_id=session.conversation_id,
            contact_id=session.contact_id,
            body=self.body().get("body", ""),
            client_message_id=checked_uuid("client_message_id", self.value("client_message_id")),
        )
        if posted.conversation_id != session.conversation_id and posted.created:
            self.visit.move_to(posted.conversation_id)
        answer = {
            "id": posted.id,
            "direction": "in",
            "body": posted.body,
            "created_at": visitor_view.moment(posted.created_at),
            "read_at": None,
            "sender_name": None,
            "sender_avatar": None,
            "client_message_id": str(posted.client_message_id) if posted.client_message_id else None,
            "attachments": [],
        }
        return Response(answer, status=201 if posted.created else 200)


class PollView(WidgetView):
    """What is newer than the last message seen."""

    @described(
        None,
        {200: shapes.PollAnswer},
        parameters=[
            OpenApiParameter("since_id", int, description="Id of the last message seen; 0 from the start.")
        ],
    )
    def get(self, request: Request) -> Response:
        since_id = self.message_id("since_id") or 0
        view = quiet_poll.poll(self.visit.session.conversation_id, since_id)
        if view is None:
            raise SessionInvalid
        if view["blocked"]:
            raise Blocked
        if view["successor"]:
            # Another tab of the visitor went on in a new conversation.
            self.visit.move_to(view["successor"])
            view = visitor_view.snapshot(view["successor"], since_id) or view
        return Response(visitor_view.public(view))


class TypingView(WidgetView):
    """The visitor is typing."""

    @described(None, {200: shapes.StatusAnswer})
    def post(self, request: Request) -> Response:
        visitors.refuse_blocked(self.visit.session.contact_id)
        typing.mark_typing(self.visit.session.conversation_id, "contact")
        return Response({"status": "ok"})


class MarkReadView(WidgetView):
    """The visitor has seen messages."""

    @described(shapes.MarkReadRequest, {200: shapes.MarkReadAnswer})
    def post(self, request: Request) -> Response:
        visitors.refuse_blocked(self.visit.session.contact_id)
        read_at = reading.mark_read_by_contact(
            conversation_id=self.visit.session.conversation_id, **self._which()
        )
        return Response({"status": "ok", "read_at": visitor_view.moment(read_at)})

    def _which(self) -> dict[str, Any]:
        last = self.message_id("last_message_id")
        if last is not None:
            return {"last_message_id": last}
        body = self.body()
        ids = body.getlist("message_ids") if hasattr(body, "getlist") else body.get("message_ids")
        if not isinstance(ids, list) or not ids or len(ids) > 500:
            raise Invalid({"last_message_id": [_("Send last_message_id, or up to 500 message_ids.")]})
        return {"message_ids": [checked_id("message_ids", value) for value in ids]}


class RateView(WidgetView):
    """The visitor's rating of a resolved or closed conversation."""

    @described(shapes.RateRequest, {200: shapes.StatusAnswer})
    def post(self, request: Request) -> Response:
        visitors.refuse_blocked(self.visit.session.contact_id)
        rating.rate(
            conversation_id=self.visit.session.conversation_id,
            score=checked_id("score", self.value("score")),
            comment=self.text("comment"),
        )
        return Response({"status": "ok"})


class StreamView(WidgetView):
    """New messages and changes as they come (`text/event-stream`): first `event: ready`, then `event: update` with a
    poll answer's fields and `since_id`, and a comment line at least every 20 s.

    The stream service answers this address. A request that reaches the web service was led astray by the proxy: it is
    told to come back, and meanwhile the widget polls.
    """

    what: ClassVar[What] = "STREAM"

    @described(
        None,
        {(200, "text/event-stream"): str},
        parameters=[
            OpenApiParameter("since_id", int, description="Id of the last message seen; 0 from the start."),
            OpenApiParameter("Last-Event-ID", int, OpenApiParameter.HEADER, description="The same; wins."),
        ],
    )
    def get(self, request: Request) -> Response:
        logger.error("An event stream was asked of the web service: lead its address to the stream service")
        raise Unavailable(retry_after=30)


def _bootstrap_answer(inbox: Inbox, contact: Contact, conversation: Conversation) -> dict[str, Any]:
    view = visitor_view.latest(conversation.pk)
    if view is None:
        raise SessionInvalid
    now = hours.hours_of(inbox)
    token = create_widget_session(inbox_id=inbox.pk, conversation_id=conversation.pk, contact_id=contact.pk)
    return visitor_view.public(view) | {
        "widget_session_token": token,
        "visitor_token": visitors.visitor_token(contact),
        "conversation_id": conversation.pk,
        "initial_messages": view["messages"],
        "outside_working_hours": now.outside,
        "working_hours_message": now.message,
        "working_hours_display": now.display,
        "next_opening_at": visitor_view.moment(now.next_opening_at),
        "offline_mode": False,
        "offline_message": "",
        "title": inbox.title,
        "greeting": inbox.greeting,
        "color": inbox.color,
        "position": inbox.position,
        "locale": get_language(),
        "prechat_required": False,
        "prechat_fields": {},
        "privacy_text": inbox.privacy_text,
        "privacy_url": inbox.privacy_url,
        "consent_required": False,
        "sse_enabled": settings.MESSENGER_SSE_ENABLED,
        "attachments_enabled": False,
        "max_file_size_bytes": 0,
        "allowed_content_types": [],
        "captcha_required": False,
        "challenge": None,
        "poll_interval_ms": settings.MESSENGER_POLL_INTERVAL_MS,
    }
