"""What host pages load: stable addresses, open to every origin, cached for a short while, compressed."""

import gzip
from typing import Any

import brotli
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


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"), ("br;q=0.5, gzip;q=1", "br"), ("gzip", "gzip"), ("gzip;q=1.0", "gzip"),
        ("br;q=0, gzip", "gzip"), ("brx, xgzip", ""), ("identity", ""), ("gzip;q=0", ""), ("", ""),
    ],
)  # fmt: skip
def test_static_files_are_compressed(client: Client, accepted: str, encoding: str) -> None:
    _, plain = fetch(client, PATHS[0])
    response, body = fetch(client, PATHS[0], **{"Accept-Encoding": accepted})
    assert response.get("Content-Encoding", "") == encoding
    assert "Accept-Encoding" in response["Vary"]
    assert int(response["Content-Length"]) == len(body)
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}[encoding]
    assert unpack(body) == plain
    assert response["Access-Control-Allow-Origin"] == "*"


def test_pictures_and_answers_without_a_body_are_left_alone(client: Client) -> None:
    response, _ = fetch(client, PATHS[0], **{"Accept-Encoding": "br"})
    since = {"If-Modified-Since": response["Last-Modified"], "Accept-Encoding": "br"}
    assert client.get(PATHS[0], headers=since).status_code == 304
    head = client.head(PATHS[0], headers={"Accept-Encoding": "br"})
    assert (head.status_code, head["Content-Encoding"], head.content) == (200, "br", b"")


def test_answers_of_the_api_are_not(client: Client) -> None:
    response, _ = fetch(client, "/api/schema/", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response
