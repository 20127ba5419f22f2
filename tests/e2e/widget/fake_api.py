"""The widget API as contract.md has it, in memory, with faults on demand: for the widget's own tests."""

import json
import mimetypes
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

STATIC = Path(__file__).parents[3] / "static"
HEARTBEAT_SECONDS = 0.5
MISSING = (404, b"{}", "application/json")


@dataclass
class Fault:
    """What the next `times` requests of an endpoint get instead of an answer; status 0 cuts the connection."""

    status: int
    code: str = ""
    detail: str = ""
    retry_after: int | None = None
    times: int = 1


@dataclass
class FakeApi:
    """One inbox with one visitor's conversation. Tests change it directly, under `changed`."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    bootstrap_answer: dict[str, Any] = field(default_factory=dict)
    sessions: set[str] = field(default_factory=set)
    typing: bool = False
    read_up_to: int = 0
    assignee: str | None = None
    mute_streams: bool = False
    lose_answers: int = 0
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    version: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def say(self, body: str, sender: str = "Anna", **more: Any) -> dict[str, Any]:
        return self._add(direction="out", body=body, sender_name=sender, **more)

    def write(self, body: str, client_message_id: str | None = None, **more: Any) -> dict[str, Any]:
        return self._add(direction="in", body=body, client_message_id=client_message_id, **more)

    def change(self, **values: Any) -> None:
        with self.changed:
            for name, value in values.items():
                setattr(self, name, value)
            self.version += 1
            self.changed.notify_all()

    def seen(self, endpoint: str) -> list[dict[str, Any]]:
        with self.changed:
            return [said for name, said in self.requests if name == endpoint]

    def view(self, since_id: int) -> dict[str, Any]:
        return {
            "messages": [message for message in self.messages if message["id"] > since_id][:50],
            "has_more": sum(message["id"] > since_id for message in self.messages) > 50,
            "operator_typing": self.typing,
            "operator_read_up_to": self.read_up_to,
            "conversation": {
                "id": 1,
                "status": "open",
                "assignee_name": self.assignee,
                "assignee_avatar": None,
            },
        }

    def fault(self, endpoint: str) -> Fault | None:
        fault = self.faults.get(endpoint)
        if fault is None or fault.times <= 0:
            return None
        fault.times -= 1
        return fault

    def answer(self, endpoint: str, said: dict[str, Any], session: str | None) -> tuple[int, dict[str, Any]]:
        if endpoint == "bootstrap":
            return 200, self._bootstrap(said)
        if session not in self.sessions:
            return 401, {"detail": "Your session has ended.", "code": "session_invalid"}
        if endpoint == "send":
            return self._send(said)
        if endpoint == "mark_read":
            for message in self.messages:
                if message["direction"] == "out" and message["id"] <= said["last_message_id"]:
                    message["read_at"] = message["read_at"] or _now()
        if endpoint == "poll":
            return 200, self.view(int(said["since_id"]))
        return 200, {"status": "ok"}

    def _add(self, **values: Any) -> dict[str, Any]:
        defaults = {"created_at": _now(), "read_at": None, "sender_name": None, "sender_avatar": None}
        with self.changed:
            message: dict[str, Any] = {
                "id": 101 + len(self.messages),
                "client_message_id": None,
                "attachments": [],
            }
            message |= defaults | values
            self.messages.append(message)
            self.version += 1
            self.changed.notify_all()
        return message

    def _bootstrap(self, said: dict[str, Any]) -> dict[str, Any]:
        session = uuid.uuid4().hex
        self.sessions.add(session)
        view = self.view(0)
        view["initial_messages"] = self.messages[-50:]
        del view["messages"]
        own = {
            "widget_session_token": session,
            "visitor_token": said.get("visitor_token") or f"visitor-{session}",
            "conversation_id": 1,
            "outside_working_hours": False,
            "working_hours_message": "",
            "next_opening_at": None,
            "offline_mode": False,
            "offline_message": "",
            "title": "Furniture shop",
            "greeting": "Hello! How can we help?",
            "color": "#2563eb",
            "position": "right",
            "sse_enabled": True,
            "poll_interval_ms": 1000,
        }
        return view | own | self.bootstrap_answer

    def _send(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        for message in self.messages:
            if message["client_message_id"] == said["client_message_id"]:
                return 200, message
        return 201, self.write(said["body"], said["client_message_id"])


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
        if url.path.startswith("/api/widget/"):
            self._api(url.path, query)
        elif url.path in self.server.api.pages:
            html, headers = self.server.api.pages[url.path]
            self._answer(200, html.encode(), "text/html; charset=utf-8", headers)
        else:
            self._file(url.path)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._api(urlsplit(self.path).path, json.loads(self.rfile.read(length) or b"{}"))

    def _api(self, path: str, said: dict[str, Any]) -> None:
        api, endpoint = self.server.api, path.rstrip("/").rsplit("/", 1)[-1]
        session = self.headers.get("X-Widget-Session")
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
        answer = json.dumps({"detail": fault.detail, "code": fault.code}).encode()
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

    def __init__(self) -> None:
        self.api = FakeApi()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def shop_url(self) -> str:
        """The shop is another origin than the CRM, as it is in life."""
        return f"http://localhost:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves in the middle is no news."""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def wait_until(condition: Any, seconds: float = 8.0) -> None:
    """For what shows on the server only; what shows on the page is waited for by Playwright."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
