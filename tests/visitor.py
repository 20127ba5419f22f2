"""A visitor's browser, as far as the widget API sees it."""

import uuid
from typing import Any

from django.test import Client


class Visitor:
    """Keeps the tokens that bootstrap gave, and sends them as headers."""

    def __init__(self, widget_token: str, **extra: Any) -> None:
        self.widget_token = widget_token
        self.session_token = ""
        self.visitor_token = ""
        self.conversation_id = 0
        self.client = Client(**extra)

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Widget-Token": self.widget_token, "X-Widget-Session": self.session_token}

    def bootstrap(self, **body: Any) -> Any:
        response = self.post("bootstrap/", {"widget_token": self.widget_token, **body})
        if response.status_code == 200:
            answer = response.json()
            self.session_token = answer["widget_session_token"]
            self.visitor_token = answer["visitor_token"]
            self.conversation_id = answer["conversation_id"]
        return response

    def send(self, body: str = "Hello", client_message_id: Any = None, **more: Any) -> Any:
        return self.post(
            "send/", {"body": body, "client_message_id": client_message_id or str(uuid.uuid4()), **more}
        )

    def send_files(self, form: dict[str, Any]) -> Any:
        """As `multipart/form-data`."""
        return self.client.post("/api/widget/send/", form, headers=self.headers)

    def poll(self, since_id: Any = 0) -> Any:
        return self.client.get("/api/widget/poll/", {"since_id": since_id}, headers=self.headers)

    def texts(self) -> list[str]:
        """What the visitor sees."""
        return [message["body"] for message in self.poll().json()["messages"]]

    def post(self, path: str, body: Any = None, **extra: Any) -> Any:
        headers = self.headers | extra.pop("headers", {})
        return self.client.post(
            f"/api/widget/{path}", body or {}, content_type="application/json", headers=headers, **extra
        )
