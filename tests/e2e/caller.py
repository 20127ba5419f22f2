"""A visitor who needs no browser: what they do goes through the API."""

import uuid
from typing import Any, Self

import httpx

from tests.e2e.system import System


class Caller:
    """To be closed by `with`."""

    def __init__(self, system: System) -> None:
        self._http = httpx.Client(base_url=f"{system.base_url}/api/widget/", timeout=30)
        opened = self._post("bootstrap/", json={"widget_token": system.widget_token})
        self._http.headers["X-Widget-Token"] = system.widget_token
        self._http.headers["X-Widget-Session"] = opened["widget_session_token"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()

    def write(self, text: str, *files: Any) -> None:
        form = {"body": text, "client_message_id": str(uuid.uuid4())}
        sent = [("files", (file.name, file.read(), file.content_type)) for file in files]
        self._post("send/", data=form, files=sent or None)

    def tell(self, **details: str) -> None:
        self._post("contact/", json=details)

    def answers(self) -> list[tuple[str, list[str]]]:
        """Texts of the operator's answers and the names of their files."""
        messages = self._http.get("poll/", params={"since_id": 0}).raise_for_status().json()["messages"]
        return [
            (message["body"], [file["original_name"] for file in message["attachments"]])
            for message in messages
            if message["direction"] == "out"
        ]

    def _post(self, path: str, **body: Any) -> Any:
        return self._http.post(path, **body).raise_for_status().json()
