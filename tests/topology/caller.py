"""A client that keeps a connection and asks again until it is answered, as widget and workplace do."""

import http.client
import json
import threading
from typing import Any
from urllib.parse import urlencode

from tests.topology.journal import Journal

PATIENCE_SECONDS = 10
WAIT_SECONDS = 0.2
TRIES = 150
# Said by the proxy when nobody was there, or by an application that can't work now: worth another try.
PASSING = frozenset({429, 502, 503, 504})


class Caller:
    """`headers` go with each request; `stopped` ends the waiting."""

    def __init__(self, port: int, headers: dict[str, str], journal: Journal) -> None:
        self.headers = headers
        self._port = port
        self._journal = journal
        self._pause = threading.Event()
        self._connection: http.client.HTTPConnection | None = None

    def json(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        content = json.dumps(body).encode() if body is not None else None
        return json.loads(self.call(method, path, content, "application/json"))

    def form(self, path: str, fields: dict[str, str]) -> bytes:
        return self.call("POST", path, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def call(self, method: str, path: str, content: bytes | None, kind: str) -> bytes:
        """The answer's body. Any answer but success and a passing error fails the test."""
        name = f"{method} {path.partition('?')[0]}"
        for _ in range(TRIES):
            try:
                status, answer = self._once(method, path, content, kind)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                self._journal.fault(name, type(error).__name__)
            else:
                if status < 300:
                    return answer
                self._journal.fault(name, status)
                if status not in PASSING:
                    raise AssertionError(f"{name}: {status} {answer[:500]!r}")
            self._pause.wait(WAIT_SECONDS)
        raise AssertionError(f"{name}: no answer in {TRIES} tries")

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _once(self, method: str, path: str, content: bytes | None, kind: str) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        headers = self.headers | ({"Content-Type": kind} if content is not None else {})
        self._connection.request(method, path, content, headers)
        response = self._connection.getresponse()
        return response.status, response.read()
