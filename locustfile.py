"""Load test of the widget API: many visitors at once, each bootstrap, then send and poll.

Locust is among the requirements for development; `tests/operations/test_load.py` runs this for some seconds each time.

    MESSENGER_LOADTEST_WIDGET_TOKEN=… locust --headless --users 500 --spawn-rate 20 --run-time 5m

Settings by the environment: MESSENGER_LOADTEST_WIDGET_TOKEN (needed), MESSENGER_LOADTEST_BASE_URL (http://localhost:8000)
and MESSENGER_LOADTEST_SINCE_ID (0), from which each visitor's first poll asks.

Answers 429 are counted as failures of their own, so that their share is seen. All visitors of one machine share its
address: raise the limits per address on the system under test, and MESSENGER_CAPTCHA_BOOTSTRAPS and
MESSENGER_CAPTCHA_MESSAGES with them, unless the limits are what you test.
"""

import os
import random
import uuid
from typing import Any

from locust import HttpUser, between, events, task
from locust.env import Environment

WIDGET_TOKEN = os.environ.get("MESSENGER_LOADTEST_WIDGET_TOKEN", "")
SINCE_ID = int(os.environ.get("MESSENGER_LOADTEST_SINCE_ID", "0"))
QUESTIONS = ("Is it in stock?", "When will my order come?", "Do you deliver to Tagil?", "Can I return it?")


@events.test_start.add_listener
def check_settings(environment: Environment, **_rest: Any) -> None:
    if not WIDGET_TOKEN:
        raise SystemExit("Set MESSENGER_LOADTEST_WIDGET_TOKEN to the widget token of an inbox.")


class Visitor(HttpUser):
    """Writes now and then, and asks for news in between, as a widget without a stream does."""

    host = os.environ.get("MESSENGER_LOADTEST_BASE_URL", "http://localhost:8000")
    wait_time = between(2, 4)

    def on_start(self) -> None:
        self.since_id = SINCE_ID
        self.visitor_token = ""
        self.session_token = ""
        self.bootstrap()

    def bootstrap(self) -> None:
        """A visitor whose session has expired stays who they were."""
        body = {"visitor_token": self.visitor_token, "locale": "en", "page_url": "https://shop.example.com/"}
        answer = self.call("POST", "bootstrap/", json=body)
        if answer is not None:
            self.session_token, self.visitor_token = answer["widget_session_token"], answer["visitor_token"]

    @task(1)
    def send(self) -> None:
        if not self.session_token:
            self.bootstrap()
            return
        self.call(
            "POST", "send/", json={"body": random.choice(QUESTIONS), "client_message_id": str(uuid.uuid4())}
        )

    @task(4)
    def poll(self) -> None:
        if not self.session_token:
            self.bootstrap()
            return
        answer = self.call("GET", "poll/", params={"since_id": self.since_id})
        if answer is not None and answer["messages"]:
            self.since_id = answer["messages"][-1]["id"]

    def call(self, method: str, path: str, **request: Any) -> Any:
        """The answer, or None where it was an error: a lost session is begun anew at the next step."""
        headers = {"X-Widget-Token": WIDGET_TOKEN, "X-Widget-Session": self.session_token}
        with self.client.request(
            method, f"/api/widget/{path}", headers=headers, name=path, catch_response=True, **request
        ) as response:
            if response.ok:
                return response.json()
            if response.status_code == 401:
                self.session_token = ""
            response.failure(f"{response.status_code} {error_code(response)}")
        return None


def error_code(response: Any) -> str:
    """The stable code of the API's errors; a proxy's page has none."""
    try:
        return str(response.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""
