"""Slow and large bodies, and header names that WSGI would mix up, over real sockets."""

import contextlib
import http.client
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from crm.servers.base import free_port

APPLICATION = """
from crm.request_body import WholeBody
import crm.request_body as module
module.BODY_SECONDS = 1.0
module.UPLOADS_AT_ONCE = 4
module.UPLOADS_OF_ONE = 2
module.UPLOADS_AT_WORK = 1
async def echo(scope, receive, send):
    body = scope[module.BODY].read()
    if scope["path"] == "/public/long":
        while (await receive())["type"] != "http.disconnect":
            pass
    names = b",".join(name for name, _ in scope["headers"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-names", names)]})
    await send({"type": "http.response.body", "body": body})
def client_of(scope):
    return dict(scope["headers"]).get(b"x-client", b"somebody")
app = WholeBody(echo, upload_bytes=5_000_000, client_of=client_of, public_path="/public/")
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


def ask(
    port: int, body: bytes, headers: dict[str, str] | None = None, path: str = "/"
) -> tuple[int, str, bytes]:
    """Status, the names of the headers that the application saw, and the body."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", path, body, headers or {})
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


FORM = {"Content-Type": "multipart/form-data; boundary=x"}
HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n"


def test_form_with_files_may_be_larger(port: int) -> None:
    body = os.urandom(4_000_000)
    assert ask(port, body, FORM)[::2] == (200, body)
    assert ask(port, b"x" * 5_000_001, FORM)[0] == 413


def test_large_body_is_refused_although_it_never_comes(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(HEAD + b"Content-Length: 5000001\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_large_body_without_a_length_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(60):
                connection.sendall(b"186A0\r\n" + b"x" * 100_000 + b"\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_upload_that_goes_on_has_time(port: int) -> None:
    """Two seconds are more than a body has, but this one brings 16 KB every half of one."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(HEAD + b"Content-Length: 65536\r\n\r\n")
        for _ in range(4):
            assert not select.select([connection], [], [], 0.5)[0]
            connection.sendall(b"x" * 16_384)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_upload_that_stands_still_is_refused(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(HEAD + b"Content-Length: 65536\r\n\r\n" + b"x" * 1_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 408")


def hold(stack: contextlib.ExitStack, port: int, client: str) -> None:
    """An upload that never ends."""
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
    head = HEAD + f"X-Client: {client}\r\nContent-Length: 65536\r\n\r\n".encode()
    connection.sendall(head + b"x" * 60_000)


def test_uploads_at_once_are_limited(port: int) -> None:
    with contextlib.ExitStack() as stack:
        for client in ("a", "b", "c", "d"):
            hold(stack, port, client)
        wait_for(lambda: ask(port, b"x", FORM)[0] == 503)
        assert ask(port, b"no upload")[0] == 200
    wait_for(lambda: ask(port, b"x", FORM)[0] == 200)


def test_one_client_leaves_room_for_others(port: int) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            hold(stack, port, "greedy")
        wait_for(lambda: ask(port, b"x", FORM | {"X-Client": "greedy"})[0] == 503)
        assert ask(port, b"x", FORM)[0] == 200


def test_upload_that_takes_long_holds_up_only_uploads_of_strangers(port: int) -> None:
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        connection.sendall(HEAD.replace(b"/", b"/public/long", 1) + b"Content-Length: 1\r\n\r\nx")
        other = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        wait_for(lambda: not is_answered(other, b"/public/"))
        assert ask(port, b"x", FORM | {"X-Client": "operator"}, "/admin/")[0] == 200
        assert ask(port, b"no upload", path="/public/")[0] == 200


def is_answered(connection: socket.socket, path: bytes) -> bool:
    """Whether an upload is answered within half a second."""
    connection.sendall(HEAD.replace(b"/", path, 1) + b"Content-Length: 1\r\n\r\nx")
    if not select.select([connection], [], [], 0.5)[0]:
        return False
    connection.recv(1_000)
    return True


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline


def test_names_with_an_underscore_are_dropped(port: int) -> None:
    _, names, _ = ask(port, b"", {"X_Forwarded_For": "7.7.7.7", "X-Forwarded-For": "6.6.6.6"})
    assert "x-forwarded-for" in names.split(",")
    assert "x_forwarded_for" not in names
