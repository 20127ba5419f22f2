"""What host pages load: stable addresses, open to every origin, cached for a short while, compressed."""

import gzip
from typing import Any

import pytest
from django.test import Client

PATHS = ["/static/messenger/widget.js", "/static/messenger/widget.css", "/static/messenger/widget-loader.js"]


def fetch(client: Client, path: str, **headers: str) -> tuple[Any, bytes]:
    response: Any = client.get(path, headers=headers)
    body = b"".join(response)
    response.close()
    return response, body


@pytest.mark.parametrize("path", PATHS)
def test_widget_files_are_served_to_any_site(client: Client, path: str) -> None:
    response, body = fetch(client, path, Origin="https://shop.example.com")
    assert (response.status_code, bool(body)) == (200, True)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "max-age=300" in response["Cache-Control"]
    assert not response.cookies


def test_static_files_are_compressed(client: Client) -> None:
    _, plain = fetch(client, PATHS[0])
    response, body = fetch(client, PATHS[0], **{"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == plain


def test_answers_of_the_api_are_not(client: Client) -> None:
    response, _ = fetch(client, "/api/schema/", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response
