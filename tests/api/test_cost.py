"""What the hot endpoints cost: calls of Python, which no neighbour on the machine changes.

A timed test would fail by chance; `make bench` has the CPU time. Each of these limits is about a tenth above what was
needed when it was set, and a quarter to a third below what was needed before `crm/lanes.py`, `lib/redis_script.py` and
`api/bootstrap.py` took their short ways.
"""

import io
import json
import sys
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from crm.wsgi import application
from messenger.models import Inbox
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
WARM, COUNTED = 5, 10


def calls_of(ask: Callable[[], None]) -> float:
    """Of functions in Python and C together, for one request."""
    for _ in range(WARM):
        ask()
    count = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        for _ in range(COUNTED):
            ask()
    finally:
        sys.setprofile(None)
    return count / COUNTED


def ask_server(
    visitor: Visitor, method: str, path: str, *, status: str, body: Any = None, query: str = ""
) -> None:
    """As a server asks Django: the client of Django's tests has ways of its own."""
    sent = b"" if body is None else json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": f"/api/widget/{path}/",
        "SCRIPT_NAME": "",
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "testserver",
        "HTTP_ACCEPT_LANGUAGE": "ru",
        "HTTP_ORIGIN": "https://shop.example",
        "HTTP_X_WIDGET_TOKEN": visitor.widget_token,
        "HTTP_X_WIDGET_SESSION": visitor.session_token,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(sent)),
        "wsgi.input": io.BytesIO(sent),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    found: list[str] = []
    answer: Any = application(environ, lambda line, _headers, _error=None: found.append(line))
    b"".join(answer)
    answer.close()
    assert found == [status]


def test_quiet_poll(visitor: Visitor) -> None:
    def ask() -> None:
        ask_server(visitor, "GET", "poll", query=f"since_id={2**40}", status="200 OK")

    assert calls_of(ask) < 1_000


def test_send(visitor: Visitor) -> None:
    def ask() -> None:
        body = {"body": "x" * 80, "client_message_id": str(uuid.uuid4())}
        ask_server(visitor, "POST", "send", body=body, status="201 Created")

    assert calls_of(ask) < 1_500


def test_bootstrap(inbox: Inbox) -> None:
    visitor = Visitor(inbox.widget_token)

    def ask() -> None:
        ask_server(visitor, "POST", "bootstrap", body={}, status="200 OK")

    assert calls_of(ask) < 2_450
