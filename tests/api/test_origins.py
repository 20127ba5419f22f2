"""Which pages may read an answer: cross-origin headers at every endpoint."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client, TestCase

from messenger.models import Inbox, Message
from tests.api.endpoints import BOOTSTRAP, POLL, SEND, TYPING, WITH_SESSION, Endpoint, every_endpoint
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example.com"


@pytest.fixture
def of_shop(inbox: Inbox) -> Visitor:
    """A visitor whose widget may stand on one shop's pages only."""
    inbox.allowed_origins = [SHOP, "https://магазин.рф"]
    inbox.save()
    visitor = Visitor(inbox.widget_token)
    assert visitor.bootstrap().status_code == 200
    return visitor


def ask_from(origin: str, visitor: Visitor, endpoint: Endpoint, **changes: str) -> Any:
    return endpoint.ask(visitor, visitor.headers | changes | {"Origin": origin})


def varies(response: Any) -> bool:
    return "Origin" in [part.strip() for part in response["Vary"].split(",")]


@every_endpoint
def test_allowed_origin_is_echoed(of_shop: Visitor, endpoint: Endpoint) -> None:
    for origin in (SHOP, "https://SHOP.example.com", "https://xn--80aairftm.xn--p1ai"):
        response = ask_from(origin, of_shop, endpoint)
        assert response.status_code < 300 or endpoint.path == "rate"
        assert response["Access-Control-Allow-Origin"] == origin
        assert "Access-Control-Allow-Credentials" not in response
        assert varies(response)


@every_endpoint
def test_other_origins_are_refused(of_shop: Visitor, endpoint: Endpoint) -> None:
    for origin in (
        "https://evil.example",
        "http://shop.example.com",
        "https://shop.example.com:8443",
        "https://shop.example.com.evil.example",
        "https://evil.example/https://shop.example.com",
        "https://shop.example.com@evil.example",
        "https://sub.shop.example.com",
        "shop.example.com",
        "null",
        "*",
        "file://",
        "https://",
        "https://[",
        "https://shop.example.com:99999",
    ):
        response = ask_from(origin, of_shop, endpoint)
        assert (response.status_code, response.json()["code"]) == (403, "origin_not_allowed"), origin
        assert "Access-Control-Allow-Origin" not in response
        assert varies(response)
    assert not Message.objects.exists()


@every_endpoint
def test_empty_list_allows_any_origin(visitor: Visitor, endpoint: Endpoint) -> None:
    for origin in ("https://anything.example", "null", "http://localhost:3000"):
        response = ask_from(origin, visitor, endpoint)
        assert response["Access-Control-Allow-Origin"] == origin
        assert "Access-Control-Allow-Credentials" not in response


@every_endpoint
def test_own_pages_are_always_allowed(of_shop: Visitor, endpoint: Endpoint) -> None:
    assert (
        ask_from("http://testserver", of_shop, endpoint)["Access-Control-Allow-Origin"] == "http://testserver"
    )


@every_endpoint
def test_request_without_origin_is_let_in_without_headers(of_shop: Visitor, endpoint: Endpoint) -> None:
    response = endpoint.ask(of_shop)
    assert response.status_code < 300 or endpoint.path == "rate"
    assert "Access-Control-Allow-Origin" not in response
    assert varies(response)


@pytest.mark.parametrize("endpoint", WITH_SESSION, ids=lambda endpoint: endpoint.path)
def test_page_may_read_the_errors_of_the_door(
    of_shop: Visitor, inbox: Inbox, settings: LazySettings, endpoint: Endpoint
) -> None:
    settings.MESSENGER_THROTTLE_SEND_ADDRESS = settings.MESSENGER_THROTTLE_POLL_ADDRESS = "3/day"
    other = Inbox.objects.create(name="Other", branch=inbox.branch).widget_token
    answers = [
        ask_from(SHOP, of_shop, endpoint, **{"X-Widget-Session": ""}),
        ask_from(SHOP, of_shop, endpoint, **{"X-Widget-Session": "unknown"}),
        ask_from(SHOP, of_shop, endpoint, **{"X-Widget-Token": other}),
        ask_from(SHOP, of_shop, endpoint),
    ]
    assert [response.status_code for response in answers] == [400, 401, 403, 429]
    for response in answers:
        assert response["Access-Control-Allow-Origin"] == SHOP
        assert "Retry-After" in response["Access-Control-Expose-Headers"]


def test_page_may_read_the_errors_of_an_endpoint(of_shop: Visitor) -> None:
    headers = of_shop.headers | {"Origin": SHOP}
    answers = [
        SEND._replace(body={"body": ""}).ask(of_shop, headers),
        SEND._replace(body={"body": "x", "hp": "spam"}).ask(of_shop, headers),
        POLL._replace(body={"since_id": "x"}).ask(of_shop, headers),
        BOOTSTRAP._replace(body={"email": "x"}).ask(of_shop, headers),
        of_shop.client.post(SEND.url, "{", content_type="application/json", headers=headers),
        of_shop.client.post(SEND.url, "x" * 2_000_000, content_type="application/json", headers=headers),
        of_shop.client.put(SEND.url, headers=headers),
    ]
    assert [response.status_code for response in answers] == [400, 400, 400, 400, 400, 413, 405]
    for response in answers:
        assert response["Access-Control-Allow-Origin"] == SHOP


def test_change_of_the_list_holds_at_once(of_shop: Visitor, inbox: Inbox) -> None:
    assert ask_from(SHOP, of_shop, TYPING).status_code == 200
    with_nothing_to_wait_for(
        lambda: Inbox.objects.filter(pk=inbox.pk).update(allowed_origins=["https://new.example"])
    )
    assert ask_from(SHOP, of_shop, TYPING).json()["code"] == "origin_not_allowed"
    assert ask_from("https://new.example", of_shop, TYPING).status_code == 200


def with_nothing_to_wait_for(act: Any) -> None:
    """Runs what waits for the commit as well: the test's own transaction never commits."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        act()


@every_endpoint
def test_preflight_of_the_widget(endpoint: Endpoint) -> None:
    asked = {
        "Origin": SHOP,
        "Access-Control-Request-Method": endpoint.method,
        "Access-Control-Request-Headers": "content-type,x-widget-session,x-widget-token",
    }
    response = Client().options(endpoint.url, headers=asked)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == SHOP
    assert endpoint.method in response["Access-Control-Allow-Methods"]
    allowed = response["Access-Control-Allow-Headers"].lower().replace(" ", "").split(",")
    assert {"content-type", "x-widget-session", "x-widget-token"} <= set(allowed)
    assert response["Access-Control-Max-Age"] == "86400"
    assert "Access-Control-Allow-Credentials" not in response
    assert varies(response)


def test_preflights_are_not_counted(visitor: Visitor, settings: LazySettings) -> None:
    settings.MESSENGER_THROTTLE_SEND_ADDRESS = "1/day"
    for _ in range(5):
        visitor.client.options(SEND.url, headers={"Origin": SHOP})
    assert visitor.send().status_code == 201
