"""What Caddy does with our Caddyfile, before a process that only tells what it was asked."""

import contextlib
import http.client
import json
import socket
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm.servers.base import free_port
from crm.static_serving import compressed
from tests.stream.server import ROOT
from tests.topology.backends import Backend
from tests.topology.processes import Proxy, running

LARGE = 2 * 1_048_576 + 100_000
WIDGET = b"export const answer = 42;\n" * 50


@pytest.fixture
def proxy(caddy: str, backends: dict[str, Backend], tmp_path: Path) -> Iterator[Proxy]:
    """Before each process there is one that is gone."""
    ports = {name: [free_port(), backend.server_port] for name, backend in backends.items()}
    static = tmp_path / "static" / "messenger"
    static.mkdir(parents=True)
    (static / "widget.js").write_bytes(WIDGET)
    (static / "widget.js.br").write_bytes(compressed(WIDGET, "br"))
    proxy = Proxy(caddy, tmp_path, **ports)
    proxy.settings["READ_HEADER"] = "1s"
    with running(proxy):
        yield proxy


def ask(
    proxy: Proxy, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)
    try:
        connection.request(
            method, path, body, {name.replace("__", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def told(proxy: Proxy, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Any:
    """What the process was asked; where the one that is gone was chosen and has a body, once more."""
    for _ in range(5):
        response, content = ask(proxy, path, method, body, **headers)
        if response.status != 502:
            break
    assert response.status == 200
    return json.loads(content)


@pytest.mark.parametrize("targets", ["targets.caddy", "targets.local.caddy"])
def test_the_configuration_is_valid_and_formatted(caddy: str, targets: str) -> None:
    file = str(ROOT / "deploy" / "Caddyfile")
    command = [caddy, "validate", "--config", file, "--adapter", "caddyfile"]
    done = subprocess.run(command, env={"TARGETS": targets}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    formatted = subprocess.run([caddy, "fmt", file], capture_output=True, text=True, check=True).stdout
    assert formatted == Path(file).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "method", "process"),
    [
        ("/admin/", "GET", "web"),
        ("/api/widget/poll/?since_id=0", "GET", "web"),
        ("/api/widget/send/", "POST", "bodies"),
        ("/api/widget/attachment/0a1b/", "GET", "bodies"),
        ("/admin/messenger/label/export/", "GET", "bodies"),
        ("/admin/messenger/contact/0a1b/personal-data/exports/0a1b/", "GET", "bodies"),
        ("/api/messenger/v1/contacts/", "POST", "bodies"),
        ("/healthz/ready", "GET", "web"),
    ],
)
def test_each_request_goes_to_its_process(proxy: Proxy, path: str, method: str, process: str) -> None:
    assert told(proxy, path, method, b"{}" if method == "POST" else None)["process"] == process


def test_what_clients_say_of_their_address_is_replaced(proxy: Proxy) -> None:
    forged = {
        "X__Forwarded__For": "6.6.6.6",
        "X_Forwarded_For": "6.6.6.6",
        "X__Forwarded__Proto": "https",
        "X__Forwarded__Host": "evil.example.com",
        "X__Request__ID": "0" * 32,
    }
    headers = told(proxy, "/admin/", "GET", None, **forged)["headers"]
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-host"] == f"127.0.0.1:{proxy.port}"
    assert [name for name in headers if "_" in name] == []
    assert len(uuid.UUID(headers["x-request-id"]).bytes.strip(b"\0")) > 0


def test_metrics_are_not_for_everybody(proxy: Proxy) -> None:
    assert ask(proxy, "/metrics")[0].status == 404


def test_the_application_s_headers_come_once(proxy: Proxy) -> None:
    response, _ = ask(proxy, "/admin/")
    assert response.headers.get_all("X-Frame-Options") == ["DENY"]
    assert "Server" not in response.headers or "Caddy" not in response.headers["Server"]


def test_a_body_that_is_too_large_goes_nowhere(proxy: Proxy) -> None:
    # It may be cut off while it still sends.
    with contextlib.suppress(OSError):
        assert ask(proxy, "/api/widget/send/", "POST", b"x" * LARGE)[0].status >= 400


def test_whoever_dawdles_over_the_headers_is_cut(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as client:
        client.sendall(b"GET /api/widget/poll/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        rest = b"".join(iter(lambda: client.recv(4096), b""))
    assert b" 200 " not in rest


def test_an_upload_may_be_larger(proxy: Proxy) -> None:
    body = b"x" * LARGE
    said = told(proxy, "/api/widget/send/", "POST", body, Content__Type="multipart/form-data; boundary=b")
    assert said["headers"]["content-length"] == str(LARGE)


def test_no_body_is_taken_for_another(proxy: Proxy) -> None:
    """Though every second request meets a process that is gone."""
    wrong: list[str] = []

    def send(who: int) -> None:
        for number in range(40):
            body = f"visitor {who} message {number} ".encode() * 20
            response, content = ask(proxy, "/api/widget/send/", "POST", body)
            if response.status == 200 and json.loads(content)["body"] != body.decode():
                wrong.append(json.loads(content)["body"])

    threads = [threading.Thread(target=send, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_has_no_body_is_asked_of_the_next_process(proxy: Proxy) -> None:
    assert {ask(proxy, "/api/widget/poll/")[0].status for _ in range(20)} == {200}


def test_events_come_as_they_are_written(proxy: Proxy, backends: dict[str, Backend]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5)
    connection.request("GET", "/api/widget/stream/")
    response = connection.getresponse()
    assert response.readline() == b"one\n"
    backends["stream"].go_on.set()
    assert response.read() == b"\ntwo\n\n"
    connection.close()


def test_static_files_come_from_the_proxy(proxy: Proxy) -> None:
    response, content = ask(proxy, "/static/messenger/widget.js", Accept__Encoding="br")
    assert (response.status, content) == (200, compressed(WIDGET, "br"))
    wanted = {
        "Content-Encoding": "br",
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "max-age=300, public",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: response.headers[name] for name in wanted} == wanted
    assert "Accept-Encoding" in response.headers["Vary"]
    assert "javascript" in response.headers["Content-Type"]
    plain, content = ask(proxy, "/static/messenger/widget.js")
    assert (content, plain.headers["Content-Encoding"]) == (WIDGET, None)
    assert ask(proxy, "/static/messenger/none.js")[0].status == 404
