"""Processes that only tell what they were asked."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx


class Echo(BaseHTTPRequestHandler):
    """Says which process it is, what it was asked and by which headers."""

    protocol_version = "HTTP/1.1"
    server: "Backend"

    def do_GET(self) -> None:
        if self.path.startswith("/api/widget/stream/"):
            self.stream()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = {"process": self.server.name, "headers": headers, "body": body.decode("latin-1")[:2000]}
        content = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Frame-Options", "DENY")
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815  (the name that http.server looks for)

    def stream(self) -> None:
        """A first event, and the second when the test says so."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\none\n\n\r\n")
        self.server.go_on.wait(10)
        self.wfile.write(b"5\r\ntwo\n\n\r\n0\r\n\r\n")

    def log_message(self, *_rest: Any) -> None:
        pass


class Backend(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.name = name
        self.go_on = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


def assert_events_come_as_they_are_written(client: httpx.Client, backends: dict[str, Backend]) -> None:
    """The first before the second is there: nothing on the way waits for the end."""
    with client.stream("GET", "/api/widget/stream/") as response:
        events = response.iter_text()
        assert next(events) == "one\n\n"
        backends["stream"].go_on.set()
        assert "".join(events) == "two\n\n"
