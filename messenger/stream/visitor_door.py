"""`/api/widget/stream/`: who may open a visitor's stream, and how long it lasts."""

import asyncio
import contextlib

from django.conf import settings
from django.utils import translation

from messenger.api.visitor_request import ALLOWED_HEADERS, PREFLIGHT_SECONDS, checked_id, request_address
from messenger.exceptions import MessengerError, NotFound, SessionInvalid, Unavailable
from messenger.lib.client_address import network_of
from messenger.services.visitor_gate import Visit
from messenger.stream.answers import MethodNotAllowed, answer, answer_error, origin_headers, stream_headers
from messenger.stream.door import Door
from messenger.stream.hub import Hub
from messenger.stream.metering import VISITORS
from messenger.stream.request import as_our_errors, language_of, read_request, refuse_plain_http
from messenger.stream.visitor_stream import VisitorStream
from messenger.stream.visitors import Visitors
from messenger.stream.wire import Headers, Receive, Scope, Send
from messenger.utils import ensure_messenger_enabled_api, session_digest
from messenger.volatile import volatile

OPENING_SECONDS = 15.0


class Caller:
    """What a request says of itself; reading `visit` and `since_id` raises Invalid where it says nonsense."""

    def __init__(self, scope: Scope) -> None:
        self._request = read_request(scope)
        self.method = self._request.method or ""
        self.origin = self._request.headers.get("Origin", "")
        self.language = language_of(self._request)
        self.origin_allowed = False

    def check_scheme(self) -> None:
        refuse_plain_http(self._request)

    def visit(self) -> Visit:
        with as_our_errors(), translation.override(self.language):
            return Visit(
                widget_token=self._said("X-Widget-Token", "widget_token"),
                session_token=self._said("X-Widget-Session", "widget_session_token"),
                address=request_address(self._request),
                origin=self.origin,
                own_origin=f"{self._request.scheme}://{self._request.get_host()}",
            )

    def since_id(self) -> int:
        with as_our_errors(), translation.override(self.language):
            said = self._said("Last-Event-ID", "since_id")
            return checked_id("since_id", said) if said else 0

    def admit(self, visit: Visit) -> None:
        """Passes the door of the widget API; blocks, for a thread."""
        try:
            with as_our_errors(), translation.override(self.language):
                visit.admit("STREAM")
        except SessionInvalid:
            if volatile.degraded_since is not None:
                # Without Redis each process knows its own sessions only: the widget is to poll, not to begin anew.
                raise Unavailable from None
            raise
        finally:
            self.origin_allowed = visit.origin_allowed

    def origin_headers(self) -> Headers:
        return origin_headers(self.origin) if self.origin and self.origin_allowed else []

    def _said(self, header: str, parameter: str) -> str:
        value = self._request.headers.get(header)
        return (self._request.GET.get(parameter, "") if value is None else value).strip()


class VisitorDoor(Door[VisitorStream]):
    """The endpoint."""

    meters = VISITORS

    def __init__(self, hub: Hub, visitors: Visitors) -> None:
        self._hub = hub
        self._visitors = visitors

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> VisitorStream | None:
        caller = Caller(scope)
        scope["query_string"] = b""  # Tokens may stand in it: the server's log of requests must not get them.
        try:
            ensure_messenger_enabled_api()
            caller.check_scheme()
            if caller.method == "OPTIONS":
                await answer(send, 204, b"", _preflight(caller.origin))
                return None
            if caller.method != "GET":
                raise MethodNotAllowed(caller.method)
            with contextlib.ExitStack() as undo:
                stream = await self._let_in(caller, receive, send, undo)
                undo.pop_all()
                return stream
        except MessengerError as error:
            self._note_refusal(error)
            await answer_error(send, error, caller.language, caller.origin_headers())
            return None

    async def _let_in(
        self, caller: Caller, receive: Receive, send: Send, undo: contextlib.ExitStack
    ) -> VisitorStream:
        if not settings.MESSENGER_SSE_ENABLED:
            raise NotFound
        self._hub.check_open()
        visit, since_id = caller.visit(), caller.since_id()
        await self._hub.opening.run(caller.admit, visit)
        stream = VisitorStream(
            receive,
            send,
            head=stream_headers(caller.origin_headers()),
            key=session_digest(visit.session_token)[:32],
            address=network_of(visit.address),
            since_id=since_id,
        )
        self._hub.enter(stream)
        undo.callback(self._leave, stream)
        await self._visitors.join(stream, visit.session.conversation_id)
        await _until_opened(stream)
        return stream

    def _leave(self, stream: VisitorStream) -> None:
        self._visitors.leave(stream)
        self._hub.leave(stream)


async def _until_opened(stream: VisitorStream) -> None:
    if stream.opened is not None:
        try:
            await asyncio.wait_for(stream.opened, OPENING_SECONDS)
        except TimeoutError:
            stream.finish()
            raise Unavailable from None
        stream.opened = None


def _preflight(origin: str) -> Headers:
    """It carries no token: any origin may go on to the request itself, which decides."""
    return [
        *(origin_headers(origin) if origin else []),
        (b"access-control-allow-methods", b"GET, OPTIONS"),
        (b"access-control-allow-headers", ALLOWED_HEADERS.encode()),
        (b"access-control-max-age", PREFLIGHT_SECONDS.encode()),
    ]
