"""The server's own OpenAPI document, and whether answers are what it promises."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class Description:
    """Remembers which operations it has seen answer with which status."""

    def __init__(self, base_url: str) -> None:
        self.schema = schemathesis.openapi.from_url(f"{base_url}/api/schema/?format=json")
        self.seen: set[tuple[str, int]] = set()

    def check(self, response: httpx.Response) -> None:
        """A hook of httpx; of an event stream that part is checked which was read when it is closed."""
        if response.request.method == "OPTIONS":
            return
        if response.headers.get("Content-Type", "").startswith("text/event-stream"):
            response.stream = Overheard(response.stream, lambda content: self._check(response, content))
        else:
            self._check(response, response.read())

    def _check(self, response: httpx.Response, content: bytes) -> None:
        request = response.request
        request.read()
        operation = self.schema.find_operation_by_path(request.method, request.url.path)
        assert operation is not None, f"{request.method} {request.url.path} is not described"
        self.seen.add((operation.label, response.status_code))
        whole = httpx.Response(
            response.status_code, headers=response.headers, content=content, request=request
        )
        whole.elapsed = timedelta(0)
        operation.Case().validate_response(whole, checks=CHECKS)


class Overheard(httpx.SyncByteStream):
    """Passes bytes on and tells at the end which events they were."""

    def __init__(self, stream: object, tell: Callable[[bytes], None]) -> None:
        assert isinstance(stream, httpx.SyncByteStream)
        self._stream = stream
        self._tell = tell
        self._content = b""

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._content += part
            yield part

    def close(self) -> None:
        self._stream.close()
        whole, end, _ = self._content.rpartition(b"\n\n")
        self._tell(whole + end)
