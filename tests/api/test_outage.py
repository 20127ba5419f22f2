"""Without the database the widget is told to come back; without Redis it goes on."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.db import InterfaceError, OperationalError, connection
from django_redis import get_redis_connection
from psycopg_pool import PoolTimeout

from messenger.models import Message
from tests.api.endpoints import ENDPOINTS, POLL, SEND, WITH_SESSION
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)

SHOP = "https://shop.example.com"
KEY = "0c6a3a5c-4a8f-4e1c-9c52-0f2f4a1b7d11"

ASK_WITHOUT_DATABASE = """
import json, time
import django
django.setup()
from django.test import Client
client, started = Client(), time.monotonic()
answers = []
for path in ("bootstrap/", "send/", "poll/", "typing/", "mark_read/", "rate/"):
    ask = client.get if path == "poll/" else client.post
    answer = ask("/api/widget/" + path, {"widget_token": "t", "widget_session_token": "s"})
    answers.append([answer.status_code, answer.headers.get("Retry-After"), answer.json()])
    if time.monotonic() - started > 3:
        break
print(json.dumps(answers))
"""


@contextmanager
def failing(error: Exception) -> Iterator[None]:
    """Every statement fails."""

    def fail(*_statement: Any) -> None:
        raise error

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, PoolTimeout])
def test_failing_database_is_unavailable(visitor: Visitor, error: type[Exception]) -> None:
    for endpoint in ENDPOINTS:
        with failing(error("the server closed the connection unexpectedly")):
            response = endpoint.ask(visitor, visitor.headers | {"Origin": SHOP})
        answer = response.json()
        assert (response.status_code, answer["code"]) == (503, "unavailable"), endpoint
        assert set(answer) == {"detail", "code"}
        assert "closed the connection" not in answer["detail"]
        assert int(response["Retry-After"]) > 0
        assert response["Access-Control-Allow-Origin"] == SHOP


def test_message_is_sent_once_the_database_is_back(visitor: Visitor) -> None:
    with failing(OperationalError()):
        assert visitor.send("Hello", KEY).status_code == 503
    assert visitor.send("Hello", KEY).status_code == 201
    assert Message.objects.count() == 1


def test_answer_that_got_lost_doubles_nothing(visitor: Visitor) -> None:
    """The connection ends right after the statement: nobody knows whether it was stored, so the widget asks again."""

    def cut(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if "INSERT INTO messenger_message" in sql:
            connection.connection.close()
        return answer

    with connection.execute_wrapper(cut):
        assert visitor.send("Hello", KEY).status_code in {201, 503}
    connection.close()
    assert visitor.send("Hello", KEY).status_code in {200, 201}
    assert Message.objects.count() == 1


@pytest.mark.parametrize("pool", ["0", "2"])
def test_database_that_is_away_is_unavailable_within_seconds(pool: str) -> None:
    surroundings = {
        **os.environ,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "DATABASE_POOL_SIZE": pool,
        "LOG_LEVEL": "CRITICAL",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK_WITHOUT_DATABASE],
        env=surroundings,
        cwd=Path(settings.BASE_DIR),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert answers
    for status, retry_after, answer in answers:
        assert (status, answer["code"]) == (503, "unavailable")
        assert int(retry_after) > 0


def test_session_that_redis_lost_is_invalid(visitor: Visitor) -> None:
    get_redis_connection("default").flushdb()
    for endpoint in WITH_SESSION:
        response = endpoint.ask(visitor)
        assert (response.status_code, response.json()["code"]) == (401, "session_invalid")


def test_visitor_who_lost_the_session_gets_the_conversation_back(visitor: Visitor) -> None:
    visitor.send("Before")
    get_redis_connection("default").flushdb()
    visitor.bootstrap(visitor_token=visitor.visitor_token)
    assert visitor.texts() == ["Before"]


def test_all_works_without_any_redis(visitor: Visitor, settings: LazySettings) -> None:
    """As in development: this process's memory holds what Redis would."""
    settings.REDIS_URL = ""
    settings.MESSENGER_THROTTLE_SEND_SESSION = "2/day"
    assert SEND.ask(visitor).status_code == 401
    assert visitor.bootstrap(visitor_token=visitor.visitor_token).status_code == 200
    assert [SEND.ask(visitor).status_code for _ in range(3)] == [201, 201, 429]
    assert len(POLL.ask(visitor).json()["messages"]) == 2
