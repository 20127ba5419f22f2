"""Middleware of the project."""

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class SaneSessionMiddleware(SessionMiddleware):
    """A cookie that can't be a session's key is none: the database would refuse to look for it."""

    def process_request(self, request: HttpRequest) -> None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if key and not (key.isascii() and key.isalnum()):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME)
        super().process_request(request)


class StaticGZipMiddleware(GZipMiddleware):
    """Compresses static files where no proxy and no collectstatic has done it; answers of the API are too short."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith(settings.STATIC_URL):
            return super().process_response(request, response)
        return response
