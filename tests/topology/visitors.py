"""Visitors who write and read at the same time, each in two threads of their own."""

import http.client
import itertools
import json
import threading
import uuid
from typing import Any

from tests.topology.caller import Caller
from tests.topology.journal import Journal

STREAM = "/api/widget/stream/"
# Heartbeats come each two seconds (processes.SETTINGS).
SILENCE_SECONDS = 8
PACE_SECONDS = 0.25


class Visitor:
    """Keeps what it wrote, and what it saw in the order in which it came."""

    def __init__(self, name: str, port: int, widget_token: str, journal: Journal) -> None:
        self.name = name
        self.seen: list[tuple[int, str]] = []
        self.written: list[str] = []
        self.streams = 0
        self._port = port
        self._journal = journal
        self._stop = threading.Event()
        self._caller = Caller(port, {"X-Widget-Token": widget_token}, journal)
        answer = self._caller.json("POST", "/api/widget/bootstrap/", {"locale": "en"})
        self.conversation_id: int = answer["conversation_id"]
        self._caller.headers["X-Widget-Session"] = answer["widget_session_token"]
        self._poller = Caller(port, self._caller.headers, journal)
        self.threads = [threading.Thread(target=self._write), threading.Thread(target=self._read)]
        self.errors: list[Exception] = []

    def stop_writing(self) -> None:
        self._stop.set()
        self.threads[0].join(60)

    def stop_reading(self, last_id: int) -> None:
        """As soon as it has seen the last message."""
        self._last_id = last_id
        self.threads[1].join(60)
        for caller in (self._caller, self._poller):
            caller.close()

    _last_id = 0

    @property
    def _cursor(self) -> int:
        return self.seen[-1][0] if self.seen else 0

    @property
    def _has_all(self) -> bool:
        return self._stop.is_set() and bool(self._last_id) and self._cursor >= self._last_id

    def _write(self) -> None:
        try:
            for number in itertools.count():
                if self._stop.wait(PACE_SECONDS):
                    return
                body = f"{self.name} {number}"
                message = {"body": body, "client_message_id": str(uuid.uuid4())}
                self._caller.json("POST", "/api/widget/send/", message)
                self.written.append(body)
                self._journal.written(self.name)
        except Exception as error:  # noqa: BLE001  (told to the test's own thread)
            self.errors.append(error)

    def _read(self) -> None:
        """By streams; where one can't be opened, by a poll before the next try."""
        try:
            while not self._has_all:
                if not self._listen():
                    answer = self._poller.json("GET", f"/api/widget/poll/?since_id={self._cursor}")
                    self._take(answer["messages"])
                    self._stop.wait(0.2)
        except Exception as error:  # noqa: BLE001  (told to the test's own thread)
            self.errors.append(error)

    def _listen(self) -> bool:
        """Whether there was a stream; it lasts until it is cut or all is seen."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SILENCE_SECONDS)
        try:
            headers = self._caller.headers | {"Last-Event-ID": str(self._cursor)}
            connection.request("GET", STREAM, headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                self._journal.fault(f"GET {STREAM}", response.status)
                return False
            self.streams += 1
            self._follow(response)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._journal.fault(f"GET {STREAM}", type(error).__name__)
            return False
        finally:
            connection.close()
        return True

    def _follow(self, response: http.client.HTTPResponse) -> None:
        name = ""
        while not self._has_all and (line := response.readline()):
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data" and name == "update":
                self._take(json.loads(value)["messages"])

    def _take(self, messages: list[dict[str, Any]]) -> None:
        self.seen += [(message["id"], message["body"]) for message in messages]
