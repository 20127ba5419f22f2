"""What host pages load: stable addresses, open to every origin, cached for a short while, compressed."""

import gzip

import pytest
from django.test import Client

PATHS = ["/static/messenger/widget.js", "/static/messenger/widget.css", "/static/messenger/widget-loader.js"]


@pytest.mark.parametrize("path", PATHS)
def test_widget_files_are_served_to_any_site(client: Client, path: str) -> None:
    response = client.get(path, headers={"Origin": "https://shop.example.com"})
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "max-age=300" in response["Cache-Control"]
    assert "Set-Cookie" not in response


def test_static_files_are_compressed(client: Client) -> None:
    plain = b"".join(client.get(PATHS[0]))  # type: ignore[arg-type]
    response = client.get(PATHS[0], headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(b"".join(response)) == plain  # type: ignore[arg-type]


def test_answers_of_the_api_are_not(client: Client) -> None:
    response = client.get("/api/schema/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response
