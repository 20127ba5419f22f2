"""The widget's API: parse, call a service, answer (contract.md)."""

import logging
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from messenger.api import shapes
from messenger.api.description import LAST_EVENT_ID, SINCE_ID, described
from messenger.api.visitor_request import WidgetView, checked_id
from messenger.exceptions import Blocked, Invalid, SessionInvalid, Unavailable
from messenger.services import quiet_poll, rating, reading, typing, visitor_view, visitors
from messenger.services.visitor_gate import What

logger = logging.getLogger(__name__)


class PollView(WidgetView):
    """What is newer than the last message seen."""

    def keys_to_look_for(self) -> list[str]:
        return quiet_poll.likely_keys(self.visit.session_token)

    @described("poll", None, {200: shapes.PollAnswer}, parameters=[SINCE_ID])
    def get(self, request: Request) -> Response:
        since_id = self.message_id("since_id") or 0
        conversation_id = self.visit.session.conversation_id
        if self.visit.also != quiet_poll.keys_of(conversation_id):
            quiet_poll.remember(self.visit.session_token, conversation_id)
        view = quiet_poll.poll(conversation_id, since_id, self.visit.kept)
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

    @described("typing", shapes.Tokens, {200: shapes.StatusAnswer})
    def post(self, request: Request) -> Response:
        visitors.refuse_blocked(self.visit.session.contact_id)
        typing.mark_typing(self.visit.session.conversation_id, "contact")
        return Response({"status": "ok"})


class MarkReadView(WidgetView):
    """The visitor has seen messages."""

    @described("mark_read", shapes.MarkRead, {200: shapes.MarkReadAnswer})
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

    @described("rate", shapes.Rate, {200: shapes.StatusAnswer}, errors={409: ["already_rated"]})
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
        "stream",
        None,
        {(200, "text/event-stream"): shapes.StreamEvent},
        errors={404: ["not_found"]},
        parameters=[SINCE_ID, LAST_EVENT_ID],
    )
    def get(self, request: Request) -> Response:
        logger.error("An event stream was asked of the web service: lead its address to the stream service")
        raise Unavailable(retry_after=30)
