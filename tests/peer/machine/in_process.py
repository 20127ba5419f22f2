"""The web service without a server: the same WSGI application, each answer held against its own description."""

from typing import Any

import httpx
from schemathesis import openapi

from crm.wsgi import application as django
from tests.peer.description import Description


def whole(environ: Any, start_response: Any) -> list[bytes]:
    """Django as WSGI, with each answer closed, as a server does it."""
    response: Any = django(environ, start_response)
    try:
        return list(response)
    finally:
        response.close()


class OwnDescription(Description):
    """The document as the application in this process gives it."""

    def __init__(self) -> None:
        self.schema = openapi.from_wsgi("/api/schema/?format=json", whole)
        self.seen = set()


def new_http(description: Description) -> httpx.Client:
    return httpx.Client(
        transport=httpx.WSGITransport(app=whole),
        base_url="http://testserver",
        event_hooks={"response": [description.check]},
    )
