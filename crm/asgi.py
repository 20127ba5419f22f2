"""One port for a small installation: event streams on ASGI, everything else on Django's WSGI application.

Django's own ASGI handler takes more than twice the CPU time for a JSON view.
"""

from typing import Any

from django.conf import settings

from crm.lanes import WIDGET_API
from crm.request_body import BODY_BYTES, WholeBody, peer
from crm.response_body import WholeAnswer
from crm.threaded_wsgi import ThreadedWsgi
from crm.wsgi import application as django
from messenger.lib.client_address import client_address, network_of, parse_networks
from messenger.models.inbox import max_file_bytes
from messenger.services.attaching import MAX_FILES
from messenger.stream.app import STREAM_PATHS, StreamApplication

WEB_THREADS = 16


def client_of(scope: Any) -> str:
    """The network of the client behind trusted proxies."""
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    trusted = parse_networks(tuple(settings.MESSENGER_TRUSTED_PROXIES))
    return network_of(client_address(peer(scope), forwarded.decode("latin1"), trusted))


streams = StreamApplication()
web = WholeAnswer(
    WholeBody(
        ThreadedWsgi(django, workers=WEB_THREADS),
        upload_bytes=MAX_FILES * max_file_bytes() + BODY_BYTES,
        client_of=client_of,
        public_path=WIDGET_API,
    )
)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Sends streams and the lifespan to the stream application and other requests to Django."""
    if scope["type"] == "lifespan" or scope.get("path") in STREAM_PATHS:
        await streams(scope, receive, send)
    else:
        await web(scope, receive, send)
