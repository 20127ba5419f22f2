"""Heads that come slowly, never end or are a flood, and many connections at once, over real sockets."""

import contextlib
import http.client
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.servers.base import free_port
from tests.stream.server import ROOT
from tests.topology.compose import command_of

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"
APPLICATION = """
import crm.careful_http as module
module.HEAD_SECONDS = 1.0
Protocol = module.Protocol
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("careful")
    (folder / "careful.py").write_text(APPLICATION, encoding="utf-8")
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "careful:app",
        "--http",
        "careful:Protocol",
        "--lifespan",
        "off",
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    with subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "critical"], env=environment, cwd=folder
    ) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.kill()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), connected(port):
            return
    raise AssertionError("it did not start")


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def answer(connection: socket.socket) -> bytes:
    """All until the other side closes; what is cut off counts as nothing."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while data := connection.recv(4_096):
            said += data
    return said


def is_answered(port: int) -> bool:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read() == b"ok"


@pytest.mark.parametrize("begun", [b"G", HEAD, HEAD + b"X-Long: aaaa"])
def test_a_head_that_does_not_end_is_ended(begun: bytes, port: int) -> None:
    with connected(port) as connection:
        connection.sendall(begun)
        assert answer(connection).startswith(b"HTTP/1.1 408")


def test_a_connection_on_which_nothing_is_asked_is_closed_without_a_word(port: int) -> None:
    with connected(port) as connection:
        assert answer(connection) == b""


def test_a_byte_now_and_then_wins_nothing(port: int) -> None:
    """Slow loris: it is the head that has a second, not the byte."""
    begun = time.monotonic()
    with connected(port) as connection, contextlib.suppress(ConnectionError):
        connection.sendall(HEAD)
        connection.settimeout(0.1)
        for _ in range(100):
            connection.sendall(b"X-A: b\r\n")
            with contextlib.suppress(TimeoutError):
                if connection.recv(100).startswith(b"HTTP/1.1 408"):
                    break
    assert time.monotonic() - begun < 5


def test_a_second_request_has_as_long_as_the_first(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(HEAD + b"\r\n")
        said = b""
        while not said.endswith(b"ok"):
            said += connection.recv(4_096)
        assert not select.select([connection], [], [], 1.2)[0]
        connection.sendall(HEAD)
        assert answer(connection).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    "flood",
    [
        HEAD + b"".join(b"X-%d: a\r\n" % n for n in range(300)) + b"\r\n",
        HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 8_000) for n in range(10)) + b"\r\n",
        HEAD + b"X-Long: " + b"a" * 90_000,
        b"GET /" + b"a" * 90_000,
        b"GET /" + b"a" * 90_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ids=["lines", "bytes", "one line", "an address without end", "an address"],
)
def test_a_flood_of_headers_is_refused(flood: bytes, port: int) -> None:
    with connected(port) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(flood)
        assert answer(connection)[:12] in (b"HTTP/1.1 431", b"")
    assert is_answered(port)


def test_a_large_head_is_still_taken(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(HEAD + b"Connection: close\r\nCookie: " + b"a" * 30_000 + b"\r\n\r\n")
        assert answer(connection).startswith(b"HTTP/1.1 200")


def test_what_is_no_http_is_refused(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is TLS\r\n\r\n")
        assert answer(connection).startswith(b"HTTP/1.1 400")


def test_many_connections_of_one_hold_up_nobody_and_end(port: int) -> None:
    with contextlib.ExitStack() as stack:
        many = [stack.enter_context(connected(port)) for _ in range(400)]
        for connection in many:
            connection.sendall(HEAD)
        assert is_answered(port)
        assert all(answer(connection).startswith(b"HTTP/1.1 408") for connection in many)


@pytest.mark.parametrize("name", ["bodies", "stream"])
def test_a_deployment_runs_by_it(name: str) -> None:
    command = command_of(name)
    assert command[command.index("--http") + 1] == "crm.careful_http:Protocol"


def test_so_does_the_demo() -> None:
    assert '"crm.careful_http:Protocol"' in Path(ROOT, "crm", "demo", "supervisor.py").read_text(
        encoding="utf-8"
    )
