"""A second client of the widget's API, written from the text of the contract alone, with nothing of ours in it."""

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import httpx

from tests.peer.events import EventStream

BASE = "/api/widget/"
TRIES = 6

type Place = Literal["headers", "json", "form", "query"]
type File = tuple[str, bytes, str]
type Files = Sequence[tuple[str, File]]


class Peer:
    """One visitor's browser. Where it may send its tokens it sends them at `place`."""

    def __init__(
        self,
        http: httpx.Client,
        widget_token: str,
        *,
        place: Place = "headers",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.http = http
        self.widget_token = widget_token
        self.place = place
        self.session_token = ""
        self.visitor_token = ""
        self.since_id = 0
        self.last_event_id = ""
        self._claims: dict[str, Any] = {}
        self._captcha = ""
        self.sleep = sleep

    def bootstrap(self, **claims: Any) -> httpx.Response:
        """The claims are kept, for when the session has to be renewed."""
        self._claims = claims
        body = {"visitor_token": self.visitor_token, **claims} if self.visitor_token else claims
        self.session_token = ""
        response = self._call("POST", "bootstrap/", body)
        if response.status_code == 200:
            answer = response.json()
            self.session_token = answer["widget_session_token"]
            self.visitor_token = answer["visitor_token"]
            if answer["captcha_required"]:
                self._captcha = solve(answer["challenge"])
        return response

    def send(
        self, text: str = "", *, files: list[File] | None = None, client_message_id: str | None = None
    ) -> httpx.Response:
        body = {"body": text, "client_message_id": client_message_id or str(uuid.uuid4())}
        return self._call("POST", "send/", body, files=[("files", file) for file in files or []])

    def poll(self, since_id: int | None = None) -> httpx.Response:
        return self._call("GET", "poll/", {"since_id": self.since_id if since_id is None else since_id})

    def new_messages(self) -> list[dict[str, Any]]:
        """All that came since the last look, page by page."""
        found: list[dict[str, Any]] = []
        more = True
        while more:
            answer = self.poll().raise_for_status().json()
            found += answer["messages"]
            self.since_id, more = max([self.since_id, *ids(answer["messages"])]), answer["has_more"]
        return found

    @contextmanager
    def listen(self, since_id: int | str | None = None) -> Iterator[EventStream]:
        """An event stream; the next one goes on where this one was cut."""
        headers, params, _ = self._tokens("GET")
        headers["Accept"] = "text/event-stream"
        if self.last_event_id:
            headers["Last-Event-ID"] = self.last_event_id
        else:
            params["since_id"] = self.since_id if since_id is None else since_id
        with self.http.stream("GET", f"{BASE}stream/", headers=headers, params=params) as response:
            stream = EventStream(response, self.last_event_id)
            yield stream
            self.last_event_id = stream.last_id

    def typing(self) -> httpx.Response:
        return self._call("POST", "typing/")

    def mark_read(self, **which: Any) -> httpx.Response:
        return self._call("POST", "mark_read/", which)

    def rate(self, score: int, comment: str = "") -> httpx.Response:
        return self._call("POST", "rate/", {"score": score, "comment": comment})

    def contact(self, **details: Any) -> httpx.Response:
        return self._call("POST", "contact/", details)

    def download(
        self, attachment: dict[str, Any], headers: dict[str, str] | None = None, *, by_tokens: bool = False
    ) -> httpx.Response:
        """By the signed link, which needs no token, or by the tokens, which need no signature."""
        if by_tokens:
            return self._call("GET", f"attachment/{attachment['id']}/", headers=headers)
        return self.http.get(attachment["url"], headers=headers)

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        files: Files = (),
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Does what the answer tells it to and tries again; the answer where there is nothing left to do."""
        for _ in range(TRIES):
            response = self.ask_once(method, path, body, files, headers)
            code = response.json().get("code") if response.is_error and response.content else None
            if response.status_code in (429, 503):
                self.sleep(float(response.headers["Retry-After"]))
            elif code == "session_invalid" and path != "bootstrap/":
                self.bootstrap(**self._claims).raise_for_status()
            elif code == "captcha_required":
                self._captcha = solve(response.json()["challenge"])
            else:
                break
        return response

    def ask_once(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        files: Files = (),
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Whatever the answer is."""
        token_headers, params, fields = self._tokens(method)
        headers = {**(headers or {}), **token_headers}
        if method == "GET":
            return self.http.get(f"{BASE}{path}", params={**params, **(body or {})}, headers=headers)
        body = {**(body or {}), **fields}
        if self._captcha and path == "send/":
            body["captcha"] = self._captcha
        if files or self.place == "form":
            return self.http.post(f"{BASE}{path}", params=params, data=body, files=files, headers=headers)
        return self.http.post(f"{BASE}{path}", params=params, json=body, headers=headers)

    def _tokens(self, method: str) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        """As headers, parameters of the query string and fields of the body."""
        tokens = {"widget_token": self.widget_token, "widget_session_token": self.session_token}
        fields: dict[str, Any] = {name: value for name, value in tokens.items() if value}
        if self.place == "headers":
            names = {"widget_token": "X-Widget-Token", "widget_session_token": "X-Widget-Session"}
            return {names[name]: value for name, value in fields.items()}, {}, {}
        if self.place == "query" or method == "GET":
            return {}, fields, {}
        return {}, {}, fields


def ids(messages: list[dict[str, Any]]) -> list[int]:
    return [message["id"] for message in messages]


def solve(challenge: dict[str, Any]) -> str:
    """ALTCHA, version 1: the number whose hash with the salt is the challenge."""
    salt, wanted = challenge["salt"], challenge["challenge"]
    number = next(
        number
        for number in range(challenge["maxnumber"] + 1)
        if hashlib.sha256(f"{salt}{number}".encode()).hexdigest() == wanted
    )
    solution = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(solution | {"number": number}).encode()).decode()
