"""What load balancers and Prometheus ask of a stream process."""

import asyncio

import orjson

from crm.monitoring.exposition import CONTENT_TYPE, exposition
from crm.monitoring.page import FORWARDED, may_read
from crm.monitoring.readiness import Readiness, readiness
from messenger.stream.answers import answer
from messenger.stream.hub import Hub
from messenger.stream.wire import Headers, Scope, Send

LIVE_PATH = "/healthz/live"
READY_PATH = "/healthz/ready"
METRICS_PATH = "/metrics"
PROBE_PATHS = frozenset({LIVE_PATH, READY_PATH, METRICS_PATH})
_JSON: Headers = [(b"content-type", b"application/json")]


async def answer_probe(hub: Hub, scope: Scope, send: Send) -> None:
    if scope["method"] not in {"GET", "HEAD"}:
        await answer(send, 405, b"", [(b"allow", b"GET, HEAD")])
    elif scope["path"] == LIVE_PATH:
        await answer(send, 200, orjson.dumps({"status": "ok"}), _JSON)
    elif scope["path"] == READY_PATH:
        await _answer_ready(hub, send)
    elif _may_read(scope):
        await answer(send, 200, exposition(), [(b"content-type", CONTENT_TYPE.encode())])
    else:
        await answer(send, 404, b"", [])


async def _answer_ready(hub: Hub, send: Send) -> None:
    found = await _readiness(hub)
    if found.is_ready:
        await answer(send, 200, orjson.dumps({"status": found.status}), _JSON)
    else:
        body = orjson.dumps({"status": found.status, "reason": found.reason})
        await answer(send, 503, body, [*_JSON, (b"retry-after", b"5")])


async def _readiness(hub: Hub) -> Readiness:
    """A process that is about to end gets no new streams."""
    if hub.is_closing:
        return Readiness("unavailable", "closing")
    found = await asyncio.to_thread(readiness)
    if found.status == "ok" and not hub.pubsub.is_connected:
        return Readiness("degraded", "redis")
    return found


def _may_read(scope: Scope) -> bool:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    forwarded = any(name.lower() in headers for name in FORWARDED)
    peer = (scope.get("client") or ("",))[0]
    return may_read(headers.get("authorization", ""), peer, forwarded)
