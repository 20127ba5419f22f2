"""Middleware of the project."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import translation

from crm.plain_http import came_in_the_clear
from crm.session_life import is_use
from messenger.exceptions import HttpsRequired

APIS = "api/"
# A page for people, whose browsers may be led on.
REFERENCE = "api/docs/"


def is_session_key(text: str) -> bool:
    """Whether a cookie's value can be the key of a session."""
    return text.isascii() and text.isalnum()


class SaneSessionMiddleware(SessionMiddleware):
    """A cookie that can't be a session's key is none: the database would refuse to look for it."""

    def process_request(self, request: HttpRequest) -> None:
        if not is_session_key(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Where an answer came before there was a session there is none to note anything of."""
        session = getattr(request, "session", None)
        if session is not None and is_use(request):
            session.note_use()
        return super().process_response(request, response)


def no_api_in_the_clear(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """Programs are not led on to https: whoever sends a token by http would never hear of it."""
    if not settings.SECURE_SSL_REDIRECT:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.path.lstrip("/")  # As SecurityMiddleware, which leaves these to us.
        if path.startswith(APIS) and path != REFERENCE and came_in_the_clear(request):
            return https_refusal(request)
        return get_response(request)

    return middleware


def https_refusal(request: HttpRequest) -> JsonResponse:
    """What a program is told that asks an API by http."""
    with translation.override(translation.get_language_from_request(request)):
        error = HttpsRequired()
        return JsonResponse(error.payload(), status=error.status)
