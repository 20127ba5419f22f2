"""Where https is on, an API that is asked by http says no: by a redirect nobody notices that a token has leaked."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client, RequestFactory

from crm.models import User
from messenger.exceptions import HttpsRequired
from messenger.stream.request import refuse_plain_http
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

APIS = [
    "/api/widget/bootstrap/",
    "/api/widget/send/",
    "/api/widget/attachment/x/",
    "/api/messenger/unread/",
    "/api/messenger/v1/conversations/",
    "/api/schema/",
    "/api/nothing/",
    "/api/docs/more",
]
PAGES = ["/", "/admin/", "/admin/login/", "/api/docs/", "/messenger/back/", "/widget-demo/", "/api"]


@pytest.fixture(autouse=True)
def by_https(settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize("path", APIS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
def test_an_api_is_refused(client: Client, path: str, method: str) -> None:
    answer = client.generic(method, path, b"{}", content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "https_required"
    assert set(answer.json()) == {"detail", "code"}
    assert "Location" not in answer
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_people_are_led_on(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (301, f"https://testserver{path}")


def test_it_is_said_in_the_readers_language(client: Client) -> None:
    said = [
        client.get("/api/messenger/v1/", headers={"Accept-Language": language}).json()["detail"]
        for language in ("en", "ru")
    ]
    assert said[0].startswith("Only https")
    assert said[0] != said[1]


def test_by_https_all_is_as_ever(visitor_by_https: Visitor, operator_client: Client) -> None:
    assert visitor_by_https.bootstrap().status_code == 200
    assert operator_client.get("/api/messenger/unread/", secure=True).status_code == 200


@pytest.fixture
def visitor_by_https(inbox: Any, settings: LazySettings) -> Visitor:
    """The proxy says that it came so."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    visitor = Visitor(inbox.widget_token)
    visitor.client.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
    return visitor


@pytest.mark.parametrize(("said", "status"), [("https", 401), ("http", 403), ("", 403)])
def test_the_proxys_word_counts(client: Client, settings: LazySettings, said: str, status: int) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    headers = {"X-Forwarded-Proto": said} if said else {}
    assert client.get("/api/messenger/unread/", headers=headers).status_code == status


def test_without_a_trusted_proxy_nobodys_word_counts(client: Client) -> None:
    answer = client.get("/api/messenger/unread/", headers={"X-Forwarded-Proto": "https"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
def test_probes_come_by_http(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_so_does_prometheus(client: Client, settings: LazySettings) -> None:
    settings.MESSENGER_METRICS_TOKEN = "a-token-of-20-characters"
    headers = {"Authorization": f"Bearer {settings.MESSENGER_METRICS_TOKEN}"}
    assert client.get("/metrics", headers=headers).status_code == 200


def test_nothing_of_it_is_done(client: Client, operator: User) -> None:
    client.force_login(operator)
    client.post("/messenger/me/status/", {"status": "online"})
    operator.agent_profile.refresh_from_db()
    assert operator.agent_profile.status == "away"


def test_streams_say_the_same() -> None:
    """They are answered by an application of their own (tests/stream/test_plain_http.py has one that runs)."""
    factory = RequestFactory()
    refuse_plain_http(factory.get("/api/widget/stream/", secure=True))
    with pytest.raises(HttpsRequired):
        refuse_plain_http(factory.get("/api/widget/stream/"))


def test_without_https_all_are_answered(client: Client, settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = False
    assert client.get("/api/messenger/unread/").status_code == 401
    refuse_plain_http(RequestFactory().get("/api/widget/stream/"))
