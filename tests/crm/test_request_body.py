"""Slow and large bodies, and header names that WSGI would mix up, over real sockets."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from crm.servers.base import free_port

APPLICATION = """
from crm.request_body import WholeBody
import crm.request_body as module
module.BODY_SECONDS = 1.0
async def echo(scope, receive, send):
    body = (await receive())["body"]
    names = b",".join(name for name, _ in scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-names", names)]})
    await send({"type": "http.response.body", "body": body})
app = WholeBody(echo)
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("echo")
    (folder / "echo.py").write_text(APPLICATION, encoding="utf-8")
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "echo:app", "--port", str(port), "--log-level", "error"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(folder.cwd())])}
    process = subprocess.Popen([*command, "--lifespan", "off"], env=environment)
    try:
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=0.1).close()
                break
        yield port
    finally:
        process.terminate()
        process.wait()


def ask(port: int, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str, bytes]:
    """Status, the names of the headers that the application saw, and the body."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", "/", body, headers or {})
        with connection.getresponse() as response:
            return response.status, response.headers.get("x-names", ""), response.read()


def test_body_arrives_whole(port: int) -> None:
    assert ask(port, b"x" * 300_000)[::2] == (200, b"x" * 300_000)


def test_body_that_is_too_large_is_refused(port: int) -> None:
    assert ask(port, b"x" * 3_000_000)[0] == 413


def test_body_that_never_comes_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\nx")
        assert connection.recv(100).startswith(b"HTTP/1.1 408")


def test_names_with_an_underscore_are_dropped(port: int) -> None:
    _, names, _ = ask(port, b"", {"X_Forwarded_For": "7.7.7.7", "X-Forwarded-For": "6.6.6.6"})
    assert "x-forwarded-for" in names.split(",")
    assert "x_forwarded_for" not in names
