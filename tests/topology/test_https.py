"""What visitors and operators get under HTTPS, by the Caddyfile of the deployment."""

import json
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from redis import Redis

from tests.topology import quic
from tests.topology.backends import Backend, assert_events_come_as_they_are_written
from tests.topology.processes import Process, running
from tests.topology.secure import NAME, SecureProxy

FORGED = {
    "X-Forwarded-For": "6.6.6.6, 7.7.7.7",
    "X_Forwarded_For": "6.6.6.6",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": "evil.example.com",
}


@pytest.fixture
def proxy(caddy: str, backends: dict[str, Backend], tmp_path: Path) -> Iterator[SecureProxy]:
    ports = {name: [backend.server_port] for name, backend in backends.items()}
    proxy = SecureProxy(caddy, tmp_path, **ports)
    with running(proxy):
        yield proxy


@pytest.fixture
def client(proxy: SecureProxy) -> Iterator[httpx.Client]:
    with proxy.client() as client:
        yield client


def test_plain_http_is_led_to_https(proxy: SecureProxy, client: httpx.Client) -> None:
    for path in ("/admin/?next=1", "/api/widget/poll/?since_id=0", "/static/messenger/widget.js"):
        response = client.get(f"http://{NAME}:{proxy.plain_port}{path}")
        assert (response.status_code, response.headers["Location"]) == (308, f"https://{NAME}{path}")


def test_http_2_is_spoken_and_http_3_announced(proxy: SecureProxy, client: httpx.Client) -> None:
    with proxy.connection("h2", "http/1.1") as connection:
        assert (connection.selected_alpn_protocol(), connection.version()) == ("h2", "TLSv1.3")
    assert client.get("/admin/").headers["Alt-Svc"].startswith(f'h3=":{proxy.port}"')


@pytest.mark.parametrize("body", [b"", b'{"body": "Hello"}'], ids=["page", "body"])
def test_http_3_is_spoken(proxy: SecureProxy, body: bytes) -> None:
    method = "POST" if body else "GET"
    headers, answer = quic.ask(
        NAME, proxy.port, "/api/widget/x/", str(proxy.authority), method=method, body=body
    )
    assert headers[":status"] == "200"
    assert "server" not in headers
    seen = json.loads(answer)
    assert seen["body"].encode() == body
    assert seen["headers"]["x-forwarded-proto"] == "https"
    assert seen["headers"]["x-forwarded-for"] == "127.0.0.1"


def test_the_processes_learn_of_https_and_of_the_true_client(client: httpx.Client) -> None:
    headers = client.get("/admin/", headers=FORGED).json()["headers"]
    assert headers["x-forwarded-proto"] == "https"
    assert headers["x-forwarded-for"] in {"127.0.0.1", "::1"}
    assert headers["x-forwarded-host"].partition(":")[0] == NAME
    assert [name for name in headers if "_" in name] == []


def test_events_come_as_they_are_written(client: httpx.Client, backends: dict[str, Backend]) -> None:
    assert_events_come_as_they_are_written(client, backends)


@pytest.mark.django_db(transaction=True)
def test_the_admin_is_safe_by_its_own_headers(caddy: str, own_redis: Redis, tmp_path: Path) -> None:
    """The real process behind it, told nothing but what docker-compose.yml tells it."""
    web = Process("web", tmp_path)
    web.settings |= {"HTTPS": "1", "ALLOWED_HOSTS": NAME, "CSRF_TRUSTED_ORIGINS": f"https://{NAME}"}
    proxy = SecureProxy(caddy, tmp_path, web=[web.port])
    with running(web, proxy), proxy.client() as client:
        # What it says of http is the proxy's to say: it would be led round in a circle.
        response = client.get("/admin/login/", headers={"X-Forwarded-Proto": "http"})
    assert response.status_code == 200
    cookies = SimpleCookie("; ".join(response.headers.get_list("Set-Cookie")))
    assert set(cookies) == {"__Host-crm_csrf"}
    assert all(one["secure"] and one["path"] == "/" and not one["domain"] for one in cookies.values())
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
