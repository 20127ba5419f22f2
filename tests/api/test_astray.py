"""Requests that came to the wrong place, or asked for the wrong thing."""

import pytest
from django.conf import LazySettings
from django.test import Client

from messenger.models import Inbox
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


def test_stream_asked_of_the_web_service_is_unavailable(visitor: Visitor) -> None:
    response = visitor.client.get(
        "/api/widget/stream/",
        headers={**visitor.headers, "Accept": "text/event-stream", "Origin": "https://a.example"},
    )
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response["Retry-After"] == "30"
    assert response["Access-Control-Allow-Origin"] == "https://a.example"


def test_schema_is_served_under_any_host(client: Client, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["crm.example.com"]
    response = client.get("/api/schema/", {"format": "json"}, headers={"Host": "crm.example.com"})
    assert response.status_code == 200
    assert "/api/widget/stream/" in response.json()["paths"]


@pytest.mark.parametrize("accept", ["text/event-stream", "image/png", "text/html", ";;;"])
def test_errors_are_json_whatever_is_asked_for(inbox: Inbox, accept: str) -> None:
    response = Client().get("/api/widget/poll/", headers={"X-Widget-Token": "unknown", "Accept": accept})
    assert (response.status_code, response.json()["code"]) in {(404, "inbox_not_found"), (400, "invalid")}
    assert response["Content-Type"] == "application/json"
