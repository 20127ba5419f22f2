"""`/api/messenger/stream/`: who may open an operator's stream, and how long it lasts."""

import contextlib

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.http import is_same_domain

from crm.middleware import is_session_key
from messenger.api.visitor_request import checked_id, request_address
from messenger.exceptions import MessengerError, OriginNotAllowed
from messenger.lib.client_address import network_of
from messenger.stream.answers import MethodNotAllowed, answer_error, stream_headers
from messenger.stream.door import Door
from messenger.stream.hub import Hub
from messenger.stream.metering import OPERATORS
from messenger.stream.operator_session import Identity, NotLoggedIn, check_in
from messenger.stream.operator_stream import OperatorStream
from messenger.stream.operators import Operators
from messenger.stream.request import as_our_errors, language_of, read_request, refuse_plain_http
from messenger.stream.wire import Receive, Scope, Send, frame
from messenger.utils import ensure_messenger_enabled_api


class OperatorDoor(Door[OperatorStream]):
    """The endpoint. No cross-origin headers: it is for the admin's own pages."""

    meters = OPERATORS

    def __init__(self, hub: Hub, operators: Operators) -> None:
        self._hub = hub
        self._operators = operators

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> OperatorStream | None:
        request = read_request(scope)
        scope["query_string"] = b""
        try:
            ensure_messenger_enabled_api()
            refuse_plain_http(request)
            if request.method != "GET":
                raise MethodNotAllowed(request.method or "")
            with contextlib.ExitStack() as undo:
                stream = await self._let_in(request, receive, send, undo)
                undo.pop_all()
                return stream
        except MessengerError as error:
            self._note_refusal(error)
            await answer_error(send, error, language_of(request), [])
            return None

    async def _let_in(
        self, request: HttpRequest, receive: Receive, send: Send, undo: contextlib.ExitStack
    ) -> OperatorStream:
        self._hub.check_open()
        with as_our_errors(), translation.override(language_of(request)):
            _check_same_origin(request)
            session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
            asked = request.GET.get("conversation", "")
            conversation_id = checked_id("conversation", asked) if asked else None
            if not is_session_key(session_key):
                raise NotLoggedIn
        with as_our_errors():
            identity: Identity = await self._hub.opening.run(check_in, session_key, conversation_id)
        stream = OperatorStream(
            receive,
            send,
            head=stream_headers([]),
            address=network_of(request_address(request)),
            identity=identity,
            session_key=session_key,
            conversation_id=conversation_id,
            beats_itself=request.GET.get("beats") == "1",
            recount=self._operators.badges.recount,
        )
        self._hub.enter(stream)
        undo.callback(self._leave, stream)
        await self._operators.join(stream)
        self._hub.check_open()
        if stream.is_ending:
            raise NotLoggedIn  # Found out while the channels were being opened.
        stream.write(
            frame("ready", {"conversation": conversation_id if identity.sees_conversation else None})
        )
        stream.show_unread(identity.unread)
        # It was counted before the channels were open: what was read in between nobody has told.
        self._operators.badges.recount(identity.user_id)
        return stream

    def _leave(self, stream: OperatorStream) -> None:
        self._operators.leave(stream)
        self._hub.leave(stream)


def _check_same_origin(request: HttpRequest) -> None:
    """Raises OriginNotAllowed for a page that is not the CRM's own: cookies alone don't open a stream."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise OriginNotAllowed
    host, origin = request.get_host(), request.headers.get("Origin", "")
    if not origin or origin == f"{request.scheme}://{host}":
        return
    scheme, _, origin_host = origin.partition("://")
    for trusted in settings.CSRF_TRUSTED_ORIGINS:
        trusted_scheme, _, trusted_host = trusted.partition("://")
        if scheme == trusted_scheme and is_same_domain(origin_host, trusted_host.removeprefix("*")):
            return
    raise OriginNotAllowed
