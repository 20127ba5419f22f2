"""How the endpoints for integrations are described in OpenAPI."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema

from messenger.api.description import HEADER, OF_BODIES, RETRY_AFTER, ROW_ID, Codes, error_answers

OF_INTEGRATIONS: Codes = {
    401: ["not_authenticated", "token_invalid"],
    403: ["scope_missing", "not_allowed"],
    404: [],
    429: ["throttled"],
    503: ["unavailable"],
}
AUTHENTICATE = OpenApiParameter("WWW-Authenticate", str, HEADER, response=[401], required=True)
CONVERSATION = OpenApiParameter("conversation_id", ROW_ID, OpenApiParameter.PATH)
CONTACT = OpenApiParameter("contact_id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    HEADER,
    description="What is sent again under the same key is stored once; keys are the user's and the conversation's.",
)


def described_for_integrations(
    operation: str,
    request: Any,
    answers: dict[Any, Any],
    *,
    errors: Codes | None = None,
    parameters: Iterable[Any] = (),
) -> Any:
    """The OpenAPI entry; `errors` are those that others don't have."""
    codes = error_answers(OF_INTEGRATIONS, OF_BODIES if request else {}, errors or {})
    return extend_schema(
        operation_id=f"integrations_{operation}",
        tags=["integrations"],
        parameters=[RETRY_AFTER, AUTHENTICATE, *parameters],
        request=_by_type(request),
        responses=codes | answers,
    )


def _by_type(request: Any) -> dict[str, Any] | None:
    """A body is JSON, unless it says by type what else it may be."""
    if request is None or isinstance(request, dict):
        return request
    return {"application/json": request}
