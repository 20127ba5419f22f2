"""Middleware of pages that the widget's API goes past: it knows neither session nor user, and its answers are JSON.

Most of all requests are polls, and these layers took a fifth of a poll's CPU time. What the API needs stands among the
others in the settings: https, host and length, language, outages.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.csp import CSP
from django.utils.deprecation import MiddlewareMixin

from crm.middleware import SaneSessionMiddleware

WIDGET_API = "/api/widget/"
# Of an answer that is opened as a page nothing runs.
NOTHING = "default-src 'none'; frame-ancestors 'none'"


class _PagesOnly(MiddlewareMixin):
    """Stands before the class of a middleware."""

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith(WIDGET_API):
            return self.get_response(request)
        return super().__call__(request)


class PageSessionMiddleware(_PagesOnly, SaneSessionMiddleware):
    """A user's session."""


class PageAuthenticationMiddleware(_PagesOnly, AuthenticationMiddleware):
    """The user of the session."""


class PageMessageMiddleware(_PagesOnly, MessageMiddleware):
    """What is told on the next page."""


class PolicyMiddleware(ContentSecurityPolicyMiddleware):
    """The policy of pages needs building each time, that of JSON doesn't."""

    def __call__(self, request: HttpRequest) -> Any:
        if not request.path_info.startswith(WIDGET_API):
            return super().__call__(request)
        response: Any = self.get_response(request)
        response.headers.setdefault(CSP.HEADER_ENFORCE, NOTHING)
        return response


class LanguageMiddleware(LocaleMiddleware):
    """Django's own looks each time for a language in the path, and there is none in ours."""

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response
