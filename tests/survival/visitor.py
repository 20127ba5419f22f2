"""A visitor's browser: sends with an id of its own until it is taken, and reads by streams or, without, by polls."""

import json
import threading
import time
import uuid
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from tests.survival.calls import Answer, call, peep, post_json
from tests.survival.system import System

API = "/api/widget/"
WAIT_SECONDS = 0.1
PATIENCE_SECONDS = 30
# Heartbeats come each two seconds (tests.topology.processes).
SILENCE_SECONDS = 6
BOUNDARY = "boundary-of-the-tests"


class Visitor:
    """`seen`: what it was shown, in the order in which it came, each by `stream` or `poll`."""

    def __init__(self, system: System) -> None:
        self._web, self._streams = system.web.port, system.stream.port
        self.headers = {"X-Widget-Token": system.facts["widget_token"]}
        self.token = ""
        self.written: list[str] = []
        self.seen: list[tuple[int, str, str]] = []
        self.refused: set[str] = set()
        assert self.bootstrap().status == 200
        self._stop = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def close(self) -> None:
        self._stop.set()
        self._reader.join(SILENCE_SECONDS + PATIENCE_SECONDS)

    @staticmethod
    def bootstrap_as_stranger(system: System) -> Answer:
        headers = {"X-Widget-Token": system.facts["widget_token"]}
        return post_json(system.web.port, f"{API}bootstrap/", headers, {"locale": "en"})

    def bootstrap(self) -> Answer:
        """Anew, as who it was."""
        said = {"locale": "en"} | ({"visitor_token": self.token} if self.token else {})
        answer = post_json(self._web, f"{API}bootstrap/", self.headers, said)
        if answer.status == 200:
            facts = answer.json
            self.token, self.conversation_id = facts["visitor_token"], facts["conversation_id"]
            self.headers = self.headers | {"X-Widget-Session": facts["widget_session_token"]}
        return answer

    def send(self, body: str, key: str = "") -> Answer:
        """Once."""
        message = {"body": body, "client_message_id": key or str(uuid.uuid4())}
        return post_json(self._web, f"{API}send/", self.headers, message)

    def send_file(self, body: str, content: bytes, key: str = "") -> Answer:
        """Once, with a file."""
        form = _form({"body": body, "client_message_id": key or str(uuid.uuid4())}, content)
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return call(self._web, "POST", f"{API}send/", self.headers, form, kind)

    def deliver(self, body: str, key: str = "", content: bytes = b"") -> list[Answer]:
        """As often as is needed; each answer that was another than the one before."""
        key, answers, deadline = key or str(uuid.uuid4()), list[Answer](), time.monotonic() + PATIENCE_SECONDS
        while not answers or answers[-1].status not in (200, 201):
            assert time.monotonic() < deadline, [answer.words for answer in answers]
            answer = self.send_file(body, content, key) if content else self.send(body, key)
            if not answers or answer.words != answers[-1].words:
                answers.append(answer)
            if answer.status == 401:
                self.bootstrap()
            elif answer.status not in (200, 201):
                assert answer.status in (0, 429, 503), (answer.words, answer.body[:500])
                time.sleep(WAIT_SECONDS)
        self.written.append(body)
        return answers

    def poll(self) -> Answer:
        return call(self._web, "GET", f"{API}poll/?since_id={self._cursor}", self.headers)

    def open_stream(self) -> Answer:
        """A second one, that is closed as soon as it is answered."""
        return peep(self._streams, f"{API}stream/", self.headers)

    def wait_for(self, body: str) -> str:
        """By which way it was shown."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for _pk, text, way in self.seen:
                if text == body:
                    return way
            time.sleep(0.02)
        raise AssertionError(f"not shown: {body}; {self.seen[-3:]} {self.refused}")

    def wait_for_stream(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.has_stream:
            assert time.monotonic() < deadline, f"no stream: {self.refused}"
            time.sleep(0.02)

    has_stream = False

    @property
    def _cursor(self) -> int:
        return self.seen[-1][0] if self.seen else 0

    def _read(self) -> None:
        while not self._stop.is_set():
            if not self._listen():
                answer = self.poll()
                if answer.status == 200:
                    self._take(answer.json["messages"], "poll")
                elif answer.status == 401:
                    self.bootstrap()
                else:
                    self.refused.add(f"poll: {answer.words}")
            self._stop.wait(WAIT_SECONDS)

    def _listen(self) -> bool:
        """Whether there was a stream; it lasts until it is cut."""
        connection = HTTPConnection("127.0.0.1", self._streams, timeout=SILENCE_SECONDS)
        try:
            connection.request(
                "GET", f"{API}stream/", headers=self.headers | {"Last-Event-ID": str(self._cursor)}
            )
            with connection.getresponse() as response:
                if response.status == 200:
                    self.has_stream = True
                    self._follow(response)
                    return True
                self.refused.add(f"stream: {response.status}")
        except (OSError, HTTPException, ValueError):
            self.refused.add("stream: cut")
        finally:
            self.has_stream = False
            connection.close()
        return False

    def _follow(self, response: HTTPResponse) -> None:
        name = ""
        while not self._stop.is_set() and (line := response.readline()):
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data" and name == "update":
                self._take(json.loads(value)["messages"], "stream")

    def _take(self, messages: list[dict[str, Any]], way: str) -> None:
        self.seen += [(message["id"], message["body"], way) for message in messages]


def _form(fields: dict[str, str], content: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n'
    parts += [
        head.encode(),
        b"Content-Type: application/pdf\r\n\r\n",
        content,
        f"\r\n--{BOUNDARY}--\r\n".encode(),
    ]
    return b"".join(parts)
