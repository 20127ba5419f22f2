"""The widget's endpoints, and a request to each that would succeed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from tests.visitor import Visitor


class Endpoint(NamedTuple):
    """`body` is sent as JSON where the method is POST, or as the query."""

    method: str
    path: str
    body: dict[str, Any]
    needs_session: bool = True

    @property
    def url(self) -> str:
        return f"/api/widget/{self.path}/"

    def ask(self, visitor: Visitor, headers: Mapping[str, str] | None = None, **extra: Any) -> Any:
        """Asks with the visitor's tokens as headers, unless `headers` says otherwise."""
        own = visitor.headers if headers is None else headers
        if self.method == "GET":
            return visitor.client.get(self.url, self.body, headers=dict(own), **extra)
        return visitor.client.post(
            self.url, self.body, content_type="application/json", headers=dict(own), **extra
        )


BOOTSTRAP = Endpoint("POST", "bootstrap", {}, needs_session=False)
SEND = Endpoint("POST", "send", {"body": "Hello"})
POLL = Endpoint("GET", "poll", {"since_id": 0})
TYPING = Endpoint("POST", "typing", {})
MARK_READ = Endpoint("POST", "mark_read", {"last_message_id": 1})
RATE = Endpoint("POST", "rate", {"score": 5})

ENDPOINTS = (BOOTSTRAP, SEND, POLL, TYPING, MARK_READ, RATE)
WITH_SESSION = tuple(endpoint for endpoint in ENDPOINTS if endpoint.needs_session)

every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
with_session = pytest.mark.parametrize("endpoint", WITH_SESSION, ids=lambda endpoint: endpoint.path)


def code(response: Any) -> tuple[int, str]:
    """Status and code; every error has a sentence as well, in JSON."""
    assert response["Content-Type"] == "application/json"
    answer = response.json()
    assert answer["detail"]
    return response.status_code, answer["code"]
