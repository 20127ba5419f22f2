"""The widget API as contract.md has it, in memory, with faults on demand: for the widget's own tests."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.e2e.widget.fake_captcha import FakeCaptcha
from tests.e2e.widget.fake_files import describe


@dataclass
class Fault:
    """What the next `times` requests of an endpoint get instead of an answer; status 0 cuts the connection."""

    status: int
    code: str = ""
    detail: str = ""
    retry_after: int | None = None
    times: int = 1
    fields: dict[str, list[str]] = field(default_factory=dict)


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
    rating: str = ""
    rated: bool = False
    mute_streams: bool = False
    streams: int = 0
    captcha: FakeCaptcha | None = None
    lose_answers: int = 0
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    signature: str = "first"
    hold_uploads: bool = False
    uploads: int = 0
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    version: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def say(self, body: str, sender: str = "Anna", **more: Any) -> dict[str, Any]:
        return self._add(direction="out", body=body, sender_name=sender, **more)

    def write(self, body: str, client_message_id: str | None = None, **more: Any) -> dict[str, Any]:
        return self._add(direction="in", body=body, client_message_id=client_message_id, **more)

    def attach(self, name: str, kind: str, content: bytes) -> dict[str, Any]:
        attachment = describe(name, kind, content, self.signature)
        self.files[attachment["id"]] = kind, content
        return attachment

    def sign_anew(self, signature: str) -> None:
        """The links handed out before have expired."""
        with self.changed:
            for message in self.messages:
                for attachment in message["attachments"]:
                    attachment["url"] = attachment["url"].replace(self.signature, signature)
            self.signature = signature

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
            "rating_requested": bool(self.rating) and not self.rated,
            "rating_type": self.rating or "stars",
            "rating_max_score": 10 if self.rating == "nps" else 5,
            "conversation": {
                "id": self.bootstrap_answer.get("conversation_id", 1),
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
        if endpoint == "rate":
            return self._rate()
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
            "captcha_required": self.captcha is not None,
            "challenge": self.captcha and self.captcha.challenge(),
        }
        return view | own | self.bootstrap_answer

    def _send(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        for message in self.messages:
            if message["client_message_id"] == said["client_message_id"]:
                return 200, message
        if self.captcha and not self.captcha.accepts(said.get("captcha")):
            refusal = {"detail": "Please try again.", "code": "captcha_required"}
            return 403, refusal | {"challenge": self.captcha.challenge()}
        attachments = [self.attach(*file) for file in said.get("files", [])]
        return 201, self.write(said["body"], said["client_message_id"], attachments=attachments)

    def _rate(self) -> tuple[int, dict[str, Any]]:
        if self.rated:
            return 409, {"detail": "You have rated this conversation.", "code": "already_rated"}
        self.change(rated=True)
        return 200, {"status": "ok"}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def wait_until(condition: Any, seconds: float = 30) -> None:
    """For what shows on the server only; what shows on the page is waited for by Playwright."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
