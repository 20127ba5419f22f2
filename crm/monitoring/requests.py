"""The outermost middleware: names each request, counts it, and writes its line into the log.

It answers the probes itself. Load balancers and Prometheus come by address, without a host name, session or https:
what stands further in would refuse or redirect them.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject

from crm.monitoring import page
from crm.monitoring.context import begin_request
from crm.monitoring.metrics import REQUEST_SECONDS, REQUESTS
from messenger import pages
from messenger.lib.client_address import is_trusted, parse_networks

logger = logging.getLogger(__name__)

PROBES: dict[str, tuple[str, Callable[[HttpRequest], HttpResponseBase]]] = {
    "/healthz/live": ("live", pages.live),
    "/healthz/ready": ("ready", pages.ready),
    "/metrics": ("metrics", page.metrics),
}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HEADER = "X-Request-ID"
# Most of all requests, and nothing to tell of them: a line would cost a tenth of a quiet poll.
QUIET = frozenset({"static", "widget-poll"})


class RequestMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        name = begin_request(_proposed(request))
        probe, answer = PROBES.get(request.path_info, ("", self._get_response))
        response = answer(request)
        response[HEADER] = name
        seconds = time.perf_counter() - begun
        route = probe or _route(request, response.status_code)
        count(route, request.method or "", response.status_code, seconds)
        if settings.LOG_REQUESTS and not (probe or (route in QUIET and response.status_code < 400)):
            _write_line(request, response, route, seconds)
        return response


def count(route: str, method: str, status: int, seconds: float) -> None:
    _counter(route, _known(method), status).inc()
    _clock(route).observe(seconds)


def _known(method: str | None) -> str:
    """What else a client calls it may be anything, line ends included."""
    return method if method in METHODS else "other"


@cache
def _counter(route: str, method: str, status: int) -> Any:
    """Looked up once each: by its labels it would cost as much as counting."""
    return REQUESTS.labels(route, method, str(status))


@cache
def _clock(route: str) -> Any:
    return REQUEST_SECONDS.labels(route)


def _proposed(request: HttpRequest) -> str:
    """The id that a trusted proxy gave."""
    proposed: str = request.META.get("HTTP_X_REQUEST_ID", "")
    if not (proposed and settings.MESSENGER_TRUSTED_PROXIES):
        return ""
    trusted = parse_networks(tuple(settings.MESSENGER_TRUSTED_PROXIES))
    return proposed if is_trusted(request.META.get("REMOTE_ADDR", ""), trusted) else ""


def _route(request: HttpRequest, status: int) -> str:
    """The address's name in the resolver. What is found nowhere has one name for all."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name
    if status < 400 and request.path_info.startswith(settings.STATIC_URL):
        return "static"
    return "none"


def _write_line(request: HttpRequest, response: HttpResponseBase, route: str, seconds: float) -> None:
    size = None if response.streaming else len(getattr(response, "content", b""))
    method = _known(request.method)
    logger.info(
        "%s %s %d",
        method,
        route,
        response.status_code,
        extra={
            "method": method,
            "route": route,
            "status": response.status_code,
            "duration_ms": round(seconds * 1000, 1),
            "bytes": size,
            "user": _user_id(request),
        },
    )


def _user_id(request: HttpRequest) -> int | None:
    """Of whom the request is, if anything has asked: the log is no reason to ask the database."""
    user = request.__dict__.get("user")
    if user is None or type(user) is SimpleLazyObject:
        user = request.__dict__.get("_cached_user")
    return None if user is None or isinstance(user, AnonymousUser) else user.pk
