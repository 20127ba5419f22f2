"""One request and what came back."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Answer:
    """`status` 0: there was no answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        is_json = self.body and self.headers.get("content-type", "").startswith("application/json")
        return str(self.json.get("code", "")) if is_json else ""

    @property
    def retry_after(self) -> int:
        return int(self.headers.get("retry-after", 0))

    @property
    def words(self) -> str:
        """As it stands in the table: 201, or 503 `unavailable` with Retry-After."""
        if not self.status:
            return "no answer"
        code = f" `{self.code}`" if self.code else ""
        return f"{self.status}{code}{' with Retry-After' if self.retry_after else ''}"


def call(
    port: int, method: str, path: str, headers: dict[str, str], body: bytes | None = None, kind: str = ""
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, path, body, headers | ({"Content-Type": kind} if kind else {}))
        response = connection.getresponse()
        # More than one cookie has the same name of a header.
        named: dict[str, str] = {}
        for name, value in response.getheaders():
            named[name.lower()] = f"{named[name.lower()]}\n{value}" if name.lower() in named else value
        return Answer(response.status, named, response.read())
    except (OSError, http.client.HTTPException):
        return Answer(0, {}, b"")
    finally:
        connection.close()


def peep(port: int, path: str, headers: dict[str, str]) -> Answer:
    """Of a stream the head of its answer, of an error all of it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path, headers=headers)
        with connection.getresponse() as response:
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, b"" if response.status == 200 else response.read())
    except (OSError, http.client.HTTPException):
        return Answer(0, {}, b"")
    finally:
        connection.close()


def post_json(port: int, path: str, headers: dict[str, str], body: dict[str, Any]) -> Answer:
    return call(port, "POST", path, headers, json.dumps(body).encode(), "application/json")


def post_form(port: int, path: str, headers: dict[str, str], fields: dict[str, str]) -> Answer:
    kind = "application/x-www-form-urlencoded"
    return call(port, "POST", path, headers, urlencode(fields).encode(), kind)
