"""How the endpoints of the widget are described in OpenAPI."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema

from messenger.api import shapes

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
