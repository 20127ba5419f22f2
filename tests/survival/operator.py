"""An operator's browser: logs in by the form, reads the list, answers, and asks again until it is taken."""

import re
import time
import uuid

from django.conf import settings

from tests.admin.people import LIST, PART
from tests.survival.calls import Answer, call, peep, post_form
from tests.survival.system import System

LOG_IN = "/admin/login/"
WAIT_SECONDS = 0.1
PATIENCE_SECONDS = 30
# What the page would be told of besides is not what is tried here.
NOTHING_NEW = {"since_id": "9" * 15, "since_event": "9" * 15}


class Operator:
    def __init__(self, system: System) -> None:
        self._port, self._streams = system.web.port, system.stream.port
        self._facts = system.facts
        self._cookies: dict[str, str] = {}
        self.written: list[str] = []

    def log_in(self) -> Answer:
        """From the form on, in a browser that knows nothing."""
        self._cookies = {}
        page = self._call("GET", LOG_IN)
        if page.status != 200:
            return page
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body)
        assert token is not None
        fields = {"username": self._facts["username"], "password": self._facts["password"]}
        fields |= {"csrfmiddlewaretoken": token[1].decode()}
        answer = post_form(self._port, LOG_IN, self._headers(), fields)
        self._keep(answer)
        return answer

    def open_list(self) -> Answer:
        return self._call("GET", LIST)

    def open_stream(self) -> Answer:
        """Closed as soon as it is answered."""
        return peep(self._streams, "/api/messenger/stream/?beats=1", self._headers())

    def post(self, pk: int, body: str, key: str) -> Answer:
        csrf = {"X-CSRFToken": self._cookies.get(settings.CSRF_COOKIE_NAME, ""), **PART}
        fields = {**NOTHING_NEW, "body": body, "client_message_id": key}
        return post_form(self._port, f"{LIST}{pk}/change/reply/", self._headers() | csrf, fields)

    def answer(self, pk: int, body: str, key: str = "") -> list[Answer]:
        """As often as is needed; each answer that was another than the one before."""
        key, answers, deadline = key or str(uuid.uuid4()), list[Answer](), time.monotonic() + PATIENCE_SECONDS
        while not answers or answers[-1].status != 200:
            assert time.monotonic() < deadline, [answer.words for answer in answers]
            answer = self.post(pk, body, key)
            if not answers or answer.words != answers[-1].words:
                answers.append(answer)
            if answer.status != 200:
                assert answer.status in (0, 503), (answer.words, answer.body[:500])
                time.sleep(WAIT_SECONDS)
        self.written.append(body)
        return answers

    def _call(self, method: str, path: str) -> Answer:
        answer = call(self._port, method, path, self._headers())
        self._keep(answer)
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}

    def _keep(self, answer: Answer) -> None:
        for cookie in filter(None, answer.headers.get("set-cookie", "").split("\n")):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
