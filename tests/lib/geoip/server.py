"""A small real HTTP server in the place of the provider, well-behaved or not."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

ADDRESS = "93.184.216.34"
SVERDLOVSK = {
    "status": "success", "countryCode": "RU", "region": "SVE", "regionName": "Sverdlovsk Oblast"
}  # fmt: skip
UNKNOWN = {"status": "fail", "message": "invalid query"}

Answer = Callable[[BaseHTTPRequestHandler], None]


class Request(NamedTuple):
    path: str
    headers: dict[str, str]


class FakeProvider(ThreadingHTTPServer):
    """Answers all requests by `answer`, and remembers them."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Answer = respond(SVERDLOVSK)
        self.requests: list[Request] = []
        self.is_closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/json/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that left are no error here."""

    def speak_tls(self, context: ssl.SSLContext) -> str:
        self.socket = context.wrap_socket(self.socket, server_side=True)
        return self.url.replace("http:", "https:")


class _Handler(BaseHTTPRequestHandler):
    server: FakeProvider

    def do_GET(self) -> None:
        self.server.requests.append(Request(self.path, dict(self.headers)))
        self.server.answer(self)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def fake_provider() -> Iterator[FakeProvider]:
    server = FakeProvider()
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield server
    finally:
        server.is_closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def respond(body: object, status: int = 200, **headers: object) -> Answer:
    """`_` in the headers' names stands for `-`; what is not bytes goes as JSON."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in ({"Content_Length": len(content)} | headers).items():
            handler.send_header(name.replace("_", "-"), str(value))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def say_nothing(handler: BaseHTTPRequestHandler) -> None:
    _server_of(handler).is_closing.wait(10)


def trickle_headers(handler: BaseHTTPRequestHandler) -> None:
    _trickle(handler, b"HTTP/1.0 200 OK\r\nX-Padding: " + b"x" * 200)


def trickle_body(handler: BaseHTTPRequestHandler) -> None:
    content = json.dumps(SVERDLOVSK).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    _trickle(handler, content)


def _trickle(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """A byte each tenth of a second: no single read takes long, all together take ten seconds and more."""
    for position in range(len(content)):
        handler.wfile.write(content[position : position + 1])
        if _server_of(handler).is_closing.wait(0.1):
            return


def _server_of(handler: BaseHTTPRequestHandler) -> FakeProvider:
    assert isinstance(handler.server, FakeProvider)
    return handler.server
