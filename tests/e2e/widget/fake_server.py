"""The HTTP server of the widget's own tests: static files, the shop's pages and `FakeApi` behind its addresses."""

import json
import mimetypes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.e2e.widget.fake_api import FakeApi, Fault
from tests.e2e.widget.fake_files import parse_form

STATIC = Path(__file__).parents[3] / "static"
HEARTBEAT_SECONDS = 0.5
FIRST_BYTES = 64 * 1024
MISSING = (404, b"{}", "application/json")


class Handler(BaseHTTPRequestHandler):
    """`server.api` is the state; any origin is allowed, as with an empty list."""

    protocol_version = "HTTP/1.1"
    server: "FakeServer"

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""

    def do_OPTIONS(self) -> None:
        headers = "content-type, x-widget-token, x-widget-session, last-event-id"
        self._answer(204, b"", "text/plain", {"Access-Control-Allow-Headers": headers})

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path.startswith("/api/widget/attachment/"):
            self._attachment(url.path.split("/")[4], query)
        elif url.path.startswith("/api/widget/"):
            self._api(url.path, query)
        elif url.path in self.server.api.pages:
            html, headers = self.server.api.pages[url.path]
            self._answer(200, html.encode(), "text/html; charset=utf-8", headers)
        else:
            self._file(url.path)

    def do_POST(self) -> None:
        length, kind = int(self.headers.get("Content-Length") or 0), self.headers.get("Content-Type") or ""
        if not kind.startswith("multipart/"):
            self._api(urlsplit(self.path).path, json.loads(self.rfile.read(length) or b"{}"))
            return
        body = self._upload(length)
        if len(body) == length:
            self._api(urlsplit(self.path).path, parse_form(kind, body))
        else:
            self.close_connection = True

    def _upload(self, length: int) -> bytes:
        """Read only in part while `hold_uploads` is set, as on a slow line."""
        api = self.server.api
        body = self.rfile.read(min(length, FIRST_BYTES))
        with api.changed:
            api.uploads += 1
            while api.hold_uploads and not self.server.closing:
                api.changed.wait(HEARTBEAT_SECONDS)
        return body + self.rfile.read(length - len(body))

    def _attachment(self, own: str, query: dict[str, str]) -> None:
        api = self.server.api
        with api.changed:
            file = api.files.get(own) if query["s"] == api.signature else None
        if file is None:
            self._answer(403, b"{}", "application/json")
        else:
            self._answer(200, file[1], file[0])

    def _api(self, path: str, said: dict[str, Any]) -> None:
        api, endpoint = self.server.api, path.rstrip("/").rsplit("/", 1)[-1]
        session = self.headers.get("X-Widget-Session")
        if self.server.closing:
            self._cut()
            return
        with api.changed:
            seen = said | {"headers": {name.lower(): value for name, value in self.headers.items()}}
            api.requests.append((endpoint, seen))
            fault = api.fault(endpoint)
        if fault is not None:
            self._fail(fault)
        elif endpoint == "stream" and session in api.sessions:
            self._stream(session or "")
        else:
            with api.changed:
                status, answer = api.answer(endpoint, said, session)
            self._finish(endpoint, status, answer)

    def _finish(self, endpoint: str, status: int, answer: dict[str, Any]) -> None:
        if endpoint == "send" and self.server.api.lose_answers > 0:
            self.server.api.lose_answers -= 1
            self._cut()
        else:
            self._answer(status, json.dumps(answer).encode(), "application/json")

    def _fail(self, fault: Fault) -> None:
        if fault.status == 0:
            self._cut()
            return
        said = {"detail": fault.detail, "code": fault.code, "fields": fault.fields}
        answer = json.dumps(said).encode()
        retry = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        self._answer(fault.status, answer, "application/json", retry)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(2)

    def _stream(self, session: str) -> None:
        api = self.server.api
        self.close_connection = True
        self._head(200, "text/event-stream", {"Connection": "close"})
        last, version = int(self.headers.get("Last-Event-ID") or 0), -1
        api.streams += 1
        try:
            if not api.mute_streams:
                self.wfile.write(b"event: ready\ndata: {}\n\n")
            while session in api.sessions and not self.server.closing:
                with api.changed:
                    if version == api.version or api.mute_streams:
                        api.changed.wait(HEARTBEAT_SECONDS)
                    changed, version, view = version != api.version, api.version, api.view(last)
                last = max([last, *(message["id"] for message in view["messages"])])
                update = f"event: update\nid: {last}\ndata: {json.dumps(view | {'since_id': last})}\n\n"
                if not api.mute_streams:
                    self.wfile.write(update.encode() if changed else b": still here\n\n")
        except OSError:
            return
        finally:
            api.streams -= 1

    def _file(self, path: str) -> None:
        file = (STATIC / path.removeprefix("/static/")).resolve()
        if not path.startswith("/static/") or not file.is_relative_to(STATIC) or not file.is_file():
            self._answer(*MISSING)
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        self._answer(200, file.read_bytes(), kind, {"Cache-Control": "max-age=60"})

    def _answer(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self._head(status, kind, {"Content-Length": str(len(body))} | (headers or {}))
        self.wfile.write(body)

    def _head(self, status: int, kind: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        cors = {
            "Access-Control-Allow-Origin": self.headers.get("Origin") or "*",
            "Access-Control-Expose-Headers": "Retry-After",
        }
        for name, value in ({"Content-Type": kind} | cors | headers).items():
            self.send_header(name, value)
        self.end_headers()


class FakeServer(ThreadingHTTPServer):
    """Serves the repository's static files, the API and the pages of `api.pages` on a free port."""

    daemon_threads = True
    closing = False

    def __init__(self, port: int = 0, api: FakeApi | None = None) -> None:
        self.api = api or FakeApi()
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def shop_url(self) -> str:
        """The shop is another origin than the CRM, as it is in life."""
        return f"http://localhost:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves in the middle is no news."""
