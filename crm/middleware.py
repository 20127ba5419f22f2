"""Middleware of the project."""

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest


def is_session_key(text: str) -> bool:
    """Whether a cookie's value can be the key of a session."""
    return text.isascii() and text.isalnum()


class SaneSessionMiddleware(SessionMiddleware):
    """A cookie that can't be a session's key is none: the database would refuse to look for it."""

    def process_request(self, request: HttpRequest) -> None:
        if not is_session_key(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        super().process_request(request)
