"""Processes that only tell what they were asked."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


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
