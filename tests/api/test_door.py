"""The door of the widget API: switch and tokens, the same at every endpoint; and what every answer has."""

import io
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from django_redis import get_redis_connection

from messenger.models import Inbox, Message
from messenger.utils import session_cache_key
from tests.api.endpoints import ENDPOINTS, POLL, SEND, Endpoint, code, every_endpoint, with_session
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


# --- The switch --------------------------------------------------------------------------------------------


@every_endpoint
def test_disabled_messenger_says_only_that(
    visitor: Visitor, settings: LazySettings, endpoint: Endpoint
) -> None:
    settings.MESSENGER_ENABLED = False
    other = {"Accept": "text/html", "Accept-Language": "ru"}
    for response in (
        endpoint.ask(visitor),
        endpoint.ask(visitor, {}),
        *(Client().generic(method, endpoint.url, headers=other) for method in ("OPTIONS", "PUT", "DELETE")),
    ):
        assert (response.status_code, response.json()) == (404, {"detail": "Messenger disabled"})
    assert Message.objects.count() == 0


# --- Tokens ------------------------------------------------------------------------------------------------


@every_endpoint
def test_missing_widget_token_is_invalid(visitor: Visitor, endpoint: Endpoint) -> None:
    response = endpoint.ask(visitor, {"X-Widget-Session": visitor.session_token})
    assert code(response) == (400, "invalid")
    assert list(response.json()["fields"]) == ["widget_token"]


@every_endpoint
def test_unknown_widget_token_is_not_found(visitor: Visitor, endpoint: Endpoint) -> None:
    for token in ("unknown", "x" * 5000, "a\u00e9", "' OR 1=1 --", "%00"):
        response = endpoint.ask(visitor, visitor.headers | {"X-Widget-Token": token})
        assert code(response) == (404, "inbox_not_found"), token


@pytest.mark.parametrize("name", ["widget_token", "widget_session_token"])
def test_strange_token_in_the_body_is_refused(visitor: Visitor, name: str) -> None:
    good = {"widget_token": visitor.widget_token, "widget_session_token": visitor.session_token, "body": "x"}
    for token in ("nul\0", "\ud800", "é", 5, ["a"], {"a": 1}, True):
        response = visitor.client.post(
            SEND.url, json.dumps(good | {name: token}), content_type="application/json"
        )
        assert code(response) in {(400, "invalid"), (404, "inbox_not_found"), (401, "session_invalid")}
    assert not Message.objects.exists()


@every_endpoint
def test_inactive_inbox_is_not_found(inbox: Inbox, endpoint: Endpoint) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(is_active=False)
    visitor = Visitor(inbox.widget_token)
    assert code(endpoint.ask(visitor)) == (404, "inbox_not_found")


@with_session
def test_missing_session_is_invalid(visitor: Visitor, endpoint: Endpoint) -> None:
    response = endpoint.ask(visitor, {"X-Widget-Token": visitor.widget_token})
    assert code(response) == (400, "invalid")
    assert list(response.json()["fields"]) == ["widget_session_token"]


@with_session
def test_unknown_session_is_invalid(visitor: Visitor, endpoint: Endpoint) -> None:
    for token in ("unknown", "x" * 5000):
        response = endpoint.ask(visitor, visitor.headers | {"X-Widget-Session": token})
        assert code(response) == (401, "session_invalid")


@with_session
def test_session_of_another_inbox_is_a_mismatch(visitor: Visitor, inbox: Inbox, endpoint: Endpoint) -> None:
    other = Inbox.objects.create(name="Other", branch=inbox.branch)
    response = endpoint.ask(visitor, visitor.headers | {"X-Widget-Token": other.widget_token})
    assert code(response) == (403, "session_mismatch")
    assert not Message.objects.exists()


@with_session
def test_tokens_are_taken_from_the_query_string(visitor: Visitor, endpoint: Endpoint) -> None:
    tokens = {"widget_token": visitor.widget_token, "widget_session_token": visitor.session_token}
    response = visitor.client.generic(
        endpoint.method,
        f"{endpoint.url}?{urlencode(tokens)}",
        json.dumps(endpoint.body),
        content_type="application/json",
    )
    assert response.status_code in {200, 201} or (endpoint.path, response.status_code) == ("rate", 400)


@with_session
def test_tokens_in_the_body_are_taken(visitor: Visitor, endpoint: Endpoint) -> None:
    tokens = {"widget_token": visitor.widget_token, "widget_session_token": visitor.session_token}
    response = endpoint._replace(body=endpoint.body | tokens).ask(visitor, {})
    assert response.status_code in {200, 201} or (endpoint.path, response.status_code) == ("rate", 400)


def test_session_token_is_nowhere_in_the_cache(visitor: Visitor) -> None:
    """Whoever reads the cache can't write as the visitor."""
    redis = get_redis_connection("default")
    POLL.ask(visitor)
    for key in redis.scan_iter():
        assert visitor.session_token.encode() not in key
        assert visitor.session_token.encode() not in (redis.get(key) or b"")


def test_used_session_is_prolonged_before_it_ends(
    visitor: Visitor, settings: LazySettings, redis_life: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, life = session_cache_key(visitor.session_token), settings.MESSENGER_SESSION_TTL_SECONDS
    get_redis_connection("default").expire(key, 60)
    POLL.ask(visitor)
    assert redis_life(key) <= 60
    later = time.time() + life * 0.6
    monkeypatch.setattr(time, "time", lambda: later)
    POLL.ask(visitor)
    assert redis_life(key) > life - 60


# --- What every answer has ---------------------------------------------------------------------------------


@every_endpoint
def test_no_answer_sets_a_cookie_or_may_be_stored(visitor: Visitor, endpoint: Endpoint) -> None:
    for headers in (visitor.headers, {}):
        response = endpoint.ask(visitor, headers)
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"


@every_endpoint
def test_csrf_and_log_in_play_no_part(visitor: Visitor, operator_client: Client, endpoint: Endpoint) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = operator_client.cookies
    visitor.client = strict
    assert endpoint.ask(visitor).status_code in {200, 201} or endpoint.path == "rate"


@every_endpoint
def test_detail_is_in_the_readers_language_and_the_code_in_none(visitor: Visitor, endpoint: Endpoint) -> None:
    tokens = visitor.headers | {"X-Widget-Token": "unknown"}
    answers = {
        language: endpoint.ask(visitor, tokens | {"Accept-Language": language})
        for language in ("en", "ru", "ru-RU,en;q=0.5", "tlh", "*", "\xff")
    }
    assert {code(response) for response in answers.values()} == {(404, "inbox_not_found")}
    assert answers["en"].json()["detail"] == "There is no such chat."
    assert "Accept-Language" in answers["en"]["Vary"]
    assert answers["ru"].json() == answers["ru-RU,en;q=0.5"].json()


# --- The description ---------------------------------------------------------------------------------------


def test_schema_is_made_without_a_warning() -> None:
    call_command(
        "spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", stdout=io.StringIO()
    )


def test_schema_names_every_endpoint(client: Client) -> None:
    response = client.get("/api/schema/", {"format": "json"})
    assert response.status_code == 200
    described = json.loads(response.content)
    assert described["openapi"].startswith("3.1")
    for endpoint in ENDPOINTS:
        operation = described["paths"][endpoint.url][endpoint.method.lower()]
        assert {"400", "404", "429", "503"} <= set(operation["responses"])
        assert operation.get("security", []) in ([], [{}])


@pytest.mark.parametrize(
    ("method", "told"), [("get", ""), ("put", "GET, HEAD, OPTIONS"), ("trace", "GET, HEAD, OPTIONS")]
)
def test_methods_are_told_where_they_matter(visitor: Visitor, method: str, told: str) -> None:
    answer = visitor.client.generic(method.upper(), "/api/widget/poll/", headers=visitor.headers)
    assert answer.headers.get("Allow", "") == told
    assert (answer.status_code == 405) is bool(told)
