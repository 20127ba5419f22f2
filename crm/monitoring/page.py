"""/metrics, for Prometheus alone: no session, no CORS, and 404 for everybody else."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm.monitoring.exposition import CONTENT_TYPE, exposition
from messenger.lib.client_address import is_trusted, parse_networks

# Whatever came through a proxy may come from anywhere, whoever the peer is.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    forwarded = any(name in request.headers for name in FORWARDED)
    if not may_read(request.headers.get("Authorization", ""), request.META.get("REMOTE_ADDR", ""), forwarded):
        return HttpResponse(status=404)
    from crm.monitoring.figures import Figures  # noqa: PLC0415  (needs the models)

    return HttpResponse(exposition(Figures()), content_type=CONTENT_TYPE)


def may_read(authorization: str, peer: str, forwarded: bool) -> bool:
    """By the token, compared in constant time, or from an allowed network that no proxy stands before."""
    scheme, _separator, token = authorization.partition(" ")
    expected = settings.MESSENGER_METRICS_TOKEN
    if expected and scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), expected.encode()):
        return True
    return not forwarded and is_trusted(peer, parse_networks(tuple(settings.MESSENGER_METRICS_ALLOW)))
