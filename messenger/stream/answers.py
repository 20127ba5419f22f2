"""Answers that are no stream: errors and preflights, with the same bodies and headers as the API's."""

from typing import Any

import orjson
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from crm.monitoring.context import request_id
from messenger.exceptions import MessengerError, Retryable
from messenger.stream.wire import Headers, Send

_STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"vary", b"Origin"),
]


def stream_headers(more: Headers) -> Headers:
    return [*_STREAM_HEADERS, *_safe_headers(), *more, _request_id()]


def _safe_headers() -> Headers:
    """As of Django's answers: to be sniffed, framed or asked for by plain http is nothing of it."""
    headers: Headers = [
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    ]
    if settings.SECURE_HSTS_SECONDS:
        age = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
        headers.append((b"strict-transport-security", age.encode()))
    return headers


def _request_id() -> tuple[bytes, bytes]:
    return b"x-request-id", request_id.get().encode()


class MethodNotAllowed(MessengerError):
    code = "method_not_allowed"
    status = 405

    def __init__(self, method: str) -> None:
        super().__init__()
        self.method = method

    def __str__(self) -> str:
        return str(_("Method “%(method)s” is not allowed.")) % {"method": self.method}


def origin_headers(origin: str) -> Headers:
    """For an origin that may read the answer."""
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", b"Retry-After"),
    ]


async def answer_error(send: Send, error: MessengerError, language: str, headers: Headers) -> None:
    with translation.override(language):
        body = orjson.dumps(error.payload())
    more: Headers = [(b"content-type", b"application/json"), *headers]
    if isinstance(error, Retryable):
        more.append((b"retry-after", str(error.retry_after).encode()))
    if error.status == 405:
        more.append((b"allow", b"GET, OPTIONS"))
    await answer(send, error.status, body, more)


async def answer(send: Send, status: int, body: bytes, headers: Headers) -> None:
    every: Headers = [
        (b"cache-control", b"no-store"),
        (b"vary", b"Origin"),
    ]
    length: Headers = [] if status == 204 else [(b"content-length", str(len(body)).encode())]
    start: dict[str, Any] = {
        "type": "http.response.start",
        "status": status,
        "headers": [*every, *_safe_headers(), *length, *headers, _request_id()],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})
