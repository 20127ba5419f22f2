"""How the endpoints are described in OpenAPI: tokens, errors with their codes, and event streams."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from messenger.api import shapes

HEADER: Final = OpenApiParameter.HEADER

CODES = {
    "already_active": "The contact has a newer conversation already.",
    "already_rated": "The conversation has been rated already.",
    "anonymized": "The contact's personal data was removed.",
    "assignee_changed": "Somebody else has the conversation by now.",
    "blocked": "The contact is blocked.",
    "captcha_required": "A proof of work is wanted: send the solution of `challenge` as `captcha`.",
    "contact_changed": "Somebody else changed it at the same moment; `fields` says what.",
    "conversation_closed": "The conversation is closed: reopen it first.",
    "file_too_large": "A file is larger than the inbox allows.",
    "file_type_not_allowed": "By its content, a file is of a kind that the inbox does not allow.",
    "idempotency_conflict": "Another message was sent under this `client_message_id`.",
    "inbox_not_found": "No active inbox has this `widget_token`.",
    "invalid": "Something is missing or malformed; `fields` says what.",
    "not_allowed": "No permission, or no CSRF token.",
    "not_authenticated": "Nobody is logged in, or no token was sent.",
    "not_unfinished": "The conversation is resolved: reopen it first.",
    "not_found": "There is no such row, or it is not for whoever asks.",
    "origin_not_allowed": "The page's origin is not on the inbox's list.",
    "scope_missing": "The token has not the scope that this needs.",
    "session_invalid": "The session is unknown, expired or revoked: bootstrap again and repeat the request.",
    "session_mismatch": "The session belongs to another inbox.",
    "spam": "The honeypot field is not empty.",
    "throttled": "Too many requests: come back after `Retry-After` seconds.",
    "token_invalid": "The token is unknown, expired or revoked, or its user is inactive.",
    "unavailable": "Try again after `Retry-After` seconds.",
    "unsupported_media_type": "The body is of a type that is not taken here.",
}
OFF = "The messenger is turned off."
type Codes = Mapping[int, Iterable[str]]

OF_BODIES: Codes = {413: ["invalid"], 415: ["unsupported_media_type"]}
OF_WIDGET: Codes = {
    400: ["invalid"],
    401: ["session_invalid"],
    403: ["session_mismatch", "origin_not_allowed", "blocked"],
    404: ["inbox_not_found"],
    429: ["throttled"],
    503: ["unavailable"],
}
OF_OPERATORS: Codes = {
    401: ["not_authenticated"],
    403: ["not_allowed"],
    404: [],
    503: ["unavailable"],
}

ROW_ID = {"type": "integer", "format": "int64", "minimum": 0, "maximum": 2**63 - 1}
SINCE_ID = OpenApiParameter("since_id", ROW_ID, description="Id of the last message seen; 0 from the start.")
LAST_EVENT_ID = OpenApiParameter("Last-Event-ID", ROW_ID, HEADER, description="The same; wins.")
ORIGIN = OpenApiParameter("Origin", str, HEADER, description="The page's; browsers send it.")
CSRF_TOKEN = OpenApiParameter("X-CSRFToken", str, HEADER, description="As Django wants it.")
INBOX_TOKENS = [
    OpenApiParameter("X-Widget-Token", str, HEADER, description="Names the inbox."),
    OpenApiParameter("widget_token", str, description="The same; the header wins, then the body."),
]
SESSION_TOKENS = [
    OpenApiParameter("X-Widget-Session", str, HEADER, description="The visitor's session."),
    OpenApiParameter("widget_session_token", str, description="The same; the header wins, then the body."),
]
RETRY_AFTER = OpenApiParameter(
    "Retry-After", {"type": "integer", "minimum": 1}, HEADER, response=[429, 503], required=True
)
CROSS_ORIGIN = [
    OpenApiParameter("Vary", {"type": "string", "pattern": "Origin"}, HEADER, response=True, required=True),
    OpenApiParameter(
        "Access-Control-Allow-Origin",
        str,
        HEADER,
        response=True,
        description="The origin, where it may read.",
    ),
]


def described(
    operation: str,
    request: Any,
    answers: dict[Any, Any],
    *,
    errors: Codes | None = None,
    parameters: Iterable[OpenApiParameter] = (),
    needs_session: bool = True,
) -> Any:
    """The OpenAPI entry of a widget endpoint; `errors` are those that others don't have."""
    tokens = INBOX_TOKENS + SESSION_TOKENS if needs_session else INBOX_TOKENS
    return extend_schema(
        operation_id=f"widget_{operation}",
        tags=["widget"],
        parameters=[*tokens, ORIGIN, *CROSS_ORIGIN, RETRY_AFTER, *parameters],
        request=request,
        responses=error_answers(OF_WIDGET, OF_BODIES if request else {}, errors or {}) | answers,
        auth=[],
    )


def described_for_operators(
    operation: str,
    request: Any,
    answers: dict[Any, Any],
    *,
    errors: Codes | None = None,
    parameters: Iterable[OpenApiParameter] = (),
    changes: bool = False,
) -> Any:
    """The OpenAPI entry of an endpoint for operators."""
    return extend_schema(
        operation_id=f"operator_{operation}",
        tags=["operator"],
        parameters=[RETRY_AFTER, *([CSRF_TOKEN] if changes else []), *parameters],
        request=request,
        responses=error_answers(OF_OPERATORS, OF_BODIES if request else {}, errors or {}) | answers,
    )


def error_answers(*parts: Codes) -> dict[Any, Any]:
    """By status, an error whose code is one of those that the parts name for it."""
    by_status: dict[int, list[str]] = {}
    for part in parts:
        for status, codes in part.items():
            by_status.setdefault(status, []).extend(codes)
    return {status: _error(sorted(codes)) for status, codes in sorted(by_status.items())}


def _error(codes: list[str]) -> OpenApiResponse:
    if codes in ([], ["unavailable"]):
        # Every endpoint has this one: here the component that the others refer to comes into the document.
        return OpenApiResponse(shapes.Error, _meanings(codes) or OFF)
    narrowed = {"properties": {"code": {"enum": codes}}}
    return OpenApiResponse({"allOf": [{"$ref": "#/components/schemas/Error"}, narrowed]}, _meanings(codes))


def _meanings(codes: list[str]) -> str:
    return " ".join(f"`{code}`: {CODES[code]}" for code in codes)


class EventOfStream(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """One event of `text/event-stream`, as OpenAPI 3.2 describes events; its data is JSON."""

    target_class = "messenger.api.shapes.StreamEvent"

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        payloads = {"ready": shapes.StreamReady, "update": shapes.StreamUpdate}
        return {
            "type": "object",
            "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
            "required": ["event", "data"],
            "oneOf": [
                self._event(name, auto_schema.resolve_serializer(payload, direction).ref)
                for name, payload in payloads.items()
            ],
        }

    def _event(self, name: str, payload: dict[str, str]) -> dict[str, Any]:
        data = {"type": "string", "contentMediaType": "application/json", "contentSchema": payload}
        last_id = {"type": "string", "pattern": "^[0-9]+$", "description": "Id of the last message."}
        return {"properties": {"event": {"const": name}, "id": last_id, "data": data}}
