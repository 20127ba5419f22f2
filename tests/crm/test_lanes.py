"""The widget's API goes past what pages need, and has what it needs itself."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.lanes import NOTHING
from messenger.api.widget import PollView
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
POLL = "/api/widget/poll/"


def test_a_users_session_is_nothing_to_the_widget(operator_client: Client, visitor: Visitor) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = operator_client.get(POLL, headers=visitor.headers)
    assert answer.status_code == 200
    asked = " ".join(query["sql"] for query in queries)
    assert "django_session" not in asked
    assert not answer.cookies
    assert answer["Vary"] == "Origin, Accept-Language"


def test_an_answer_that_is_opened_as_a_page_runs_nothing(visitor: Visitor) -> None:
    answer = visitor.poll()
    assert answer["Content-Security-Policy"] == NOTHING
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "This field is required."), ("ru", "Обязательное поле.")]
)
def test_errors_are_in_the_readers_language(client: Client, language: str, words: str) -> None:
    answer = client.get(POLL, headers={"Accept-Language": language})
    assert (answer.status_code, answer["Content-Language"]) == (400, language)
    assert answer.json()["fields"]["widget_token"] == [words]


def test_a_missing_slash_is_told_by_a_redirect(client: Client) -> None:
    answer = client.get(POLL.rstrip("/"))
    assert (answer.status_code, answer["Location"]) == (301, POLL)


# Of this one request, and what differs on purpose: a page's policy is no use to JSON.
OTHERS = {"X-Request-ID", "Content-Security-Policy"}
# Refusals have them here as well.
EVERYWHERE = {"Content-Language", "Content-Length", "Vary", "X-Frame-Options"}


@pytest.mark.parametrize("is_https", [False, True])
@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("get", POLL, {}),
        ("get", POLL, {"X-Widget-Token": ""}),
        ("get", POLL, {"Origin": "https://shop.example"}),
        ("get", POLL, {"Host": "elsewhere.example"}),
        ("head", POLL, {}),
        ("post", POLL, {}),
        ("put", POLL, {}),
        ("options", POLL, {"Origin": "https://shop.example"}),
        ("get", POLL.rstrip("/"), {}),
        ("get", "/api/widget/none/", {}),
        ("get", "/api/widget/attachment/none/", {}),
    ],
)
def test_answers_are_those_that_the_middleware_of_pages_gives(
    visitor: Visitor,
    settings: LazySettings,
    method: str,
    path: str,
    more: dict[str, str],
    is_https: bool,
) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60
    headers = visitor.headers | {"Accept-Language": "ru"} | more

    def answer() -> Any:
        return getattr(Client(), method)(path, secure=is_https, headers=headers)

    short = answer()
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("WidgetLane")]
    long = answer()
    assert (short.status_code, short.content) == (long.status_code, long.content)
    # Pages look for a user before they say that there is nothing.
    same = {name: value.replace(", Cookie", "") for name, value in long.items() if name not in OTHERS}
    found = {name: value for name, value in short.items() if name not in OTHERS}
    assert found.items() >= same.items()
    assert found.keys() - same.keys() <= (EVERYWHERE if short.status_code in (301, 400, 403) else set())


@pytest.mark.parametrize("path", ["/api/widget/none/", POLL.rstrip("/")])
def test_where_nothing_is_nobody_is_asked_who_they_are(operator_client: Client, path: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = operator_client.get(path)
    assert answer.status_code in (301, 404)
    assert answer["Content-Security-Policy"] == NOTHING
    assert not queries.captured_queries


def test_a_wrong_host_is_no_request_of_the_widget(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.clear()
    Client().get(POLL, headers=visitor.headers | {"Host": "elsewhere.example"})
    assert "GET none 400" in caplog.messages


def test_what_a_view_raises_is_told_and_answered(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(PollView, "get", fail)
    client = Client(raise_request_exception=False)
    answer = client.get(POLL, headers=visitor.headers)
    assert answer.status_code == 500
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Internal Server Error: /api/widget/poll/" in caplog.messages
