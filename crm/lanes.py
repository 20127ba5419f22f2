"""The widget's API goes past the middleware of pages: it knows neither session nor user, and its answers are JSON.

Most of all requests are the widget's, and what stands before pages took a third of a quiet poll: not much by any one of
fourteen layers. What the API needs of them is done here in one.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.locale import LocaleMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.csp import CSP

from crm.database_outage import OutageMiddleware
from crm.middleware import https_refusal
from crm.plain_http import came_in_the_clear

WIDGET_API = "/api/widget/"
# Of an answer that is opened as a page nothing runs.
NOTHING = "default-src 'none'; frame-ancestors 'none'"

type Handler = Callable[[HttpRequest], HttpResponseBase]


class WidgetLane:
    """Answers what the widget asks."""

    def __init__(self, get_response: Handler) -> None:
        self._pages = get_response
        self._security = SecurityMiddleware(get_response)
        self._outage = OutageMiddleware(get_response)
        # As around each middleware: what is raised becomes an answer, and goes into the log.
        self._answer: Any = convert_exception_to_response(self._call_view)
        # Leads on to the address with a slash, where that is one.
        self._nowhere: Any = CommonMiddleware(convert_exception_to_response(_not_found))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(WIDGET_API):
            return self._pages(request)
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response: Any = https_refusal(request) if came_in_the_clear(request) else self._answer(request)
        self._add_headers(request, response, language)
        return response  # type: ignore[no-any-return]

    def _call_view(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # Raises where it is none of ours.
        match = _match(request.path_info, settings.ROOT_URLCONF)
        if match is None:
            return self._nowhere(request)  # type: ignore[no-any-return]
        request.resolver_match = match
        try:
            response: Any = match.func(request, *match.args, **match.kwargs)
            if hasattr(response, "render"):
                response.render()
        except Exception as error:
            response = self._outage.process_exception(request, error)
            if response is None:
                raise
        return response  # type: ignore[no-any-return]

    def _add_headers(self, request: HttpRequest, response: Any, language: str) -> None:
        headers = response.headers
        if "Vary" not in headers:
            headers["Vary"] = "Accept-Language"
        if "Content-Length" not in headers and not response.streaming:
            headers["Content-Length"] = str(len(response.content))
        headers["Content-Language"] = language
        headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
        headers.setdefault(CSP.HEADER_ENFORCE.value, NOTHING)
        self._security.process_response(request, response)


def _not_found(request: HttpRequest) -> HttpResponseBase:
    raise Resolver404({"tried": [], "path": request.path_info})


@lru_cache(maxsize=256)
def _match(path: str, urlconf: str) -> ResolverMatch | None:
    """The resolver walks through all addresses before; most of what is asked are the same few."""
    try:
        return resolve(path, urlconf)
    except Resolver404:
        return None


class LanguageMiddleware(LocaleMiddleware):
    """Django's own looks each time for a language in the path, and there is none in ours."""

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response
