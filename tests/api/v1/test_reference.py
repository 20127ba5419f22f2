"""The page of the API's description: for everybody, under the strict policy, complete."""

import re

import pytest
from django.test import Client

from tests.api.v1.test_description import BASE, OPERATIONS


@pytest.fixture
def page(client: Client) -> str:
    response = client.get("/api/docs/")
    assert response.status_code == 200
    assert "script-src 'self'" in response["Content-Security-Policy"]
    return response.content.decode()


def test_every_operation_is_on_it(page: str) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for label in OPERATIONS:
        method, path = label.split()
        assert f"{method.upper()} {BASE}{path}" in text
    assert "Idempotency-Key" in text


def test_every_link_within_it_leads_somewhere(page: str) -> None:
    targets = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert len(links) > 20
    assert links <= targets


def test_nothing_of_it_comes_from_elsewhere_or_runs(page: str) -> None:
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "style=" not in page
