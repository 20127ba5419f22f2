"""What each answer tells browsers not to do with it."""

import pytest
from django.conf import LazySettings
from django.test import Client

from messenger.models import Inbox
from messenger.stream.answers import stream_headers
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db

PAGES = ["/admin/", "/admin/login/", "/api/schema/", "/api/docs/", "/nowhere/", "/api/messenger/unread/"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page(administrator_client: Client, path: str) -> None:
    answer = administrator_client.get(path)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors" in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy


def test_https_is_asked_for(client: Client, settings: LazySettings, inbox: Inbox) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    wanted = "max-age=31536000; includeSubDomains"
    assert client.get("/admin/login/", secure=True)["Strict-Transport-Security"].startswith(wanted)
    of_stream = dict(stream_headers([]))[b"strict-transport-security"].decode()
    assert of_stream.startswith(wanted)


def test_a_stream_is_shown_in_no_frame() -> None:
    headers = dict(stream_headers([]))
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]


@pytest.mark.parametrize("path", ["/admin/", "/admin/messenger/conversation/", "/admin/messenger/contact/"])
def test_pages_are_kept_nowhere(administrator_client: Client, path: str) -> None:
    assert "no-store" in administrator_client.get(path)["Cache-Control"]


def test_nothing_of_the_widgets_api_is_kept(visitor: Visitor) -> None:
    assert visitor.poll()["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/login/", "/api/widget/poll/", "/api/docs/", "/healthz/live"]
)
def test_nobody_is_told_their_own_headers(client: Client, path: str) -> None:
    answer = client.generic("TRACE", path, headers={"X-Secret": "repeat me"})
    assert b"repeat me" not in answer.content
