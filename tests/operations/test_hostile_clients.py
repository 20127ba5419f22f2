"""Slow and huge requests against the real processes, by the commands of the deployment, and against the proxy."""

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from messenger.models import Inbox
from tests.operations.test_slow_heads import HEAD, answer, connected
from tests.topology.processes import Process, Proxy, caddy_program, running

HUGE = 10 * 1024**3
THREADS = 4
# Cut off, too large, or cut off behind the proxy.
REFUSED = (0, 400, 413, 502)


class Impatient(Process):
    """Granian that waits for a head one second, and not fifteen."""

    def _command(self) -> list[str]:
        command = super()._command()
        command[command.index("15000")] = "1000"
        return command


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Process:
    return Impatient("web", tmp_path, settings={"GRANIAN_BLOCKING_THREADS": str(THREADS)})


@pytest.fixture
def bodies(transactional_db: None, tmp_path: Path) -> Process:
    return Process("bodies", tmp_path)


@pytest.fixture
def proxy(web: Process, bodies: Process, tmp_path: Path) -> Iterator[Proxy]:
    program = caddy_program()
    if program is None:
        pytest.skip("there is no Caddy: scripts/caddy installs it")
    proxy = Proxy(program, tmp_path, web=[web.port], bodies=[bodies.port], stream=[bodies.port])
    proxy.settings["READ_HEADER"] = "1s"
    with running(web, bodies, proxy):
        yield proxy


def status(port: int, head: bytes, body: bytes = b"") -> int:
    """Of the answer; 0 where the connection is cut off before there is one."""
    with connected(port) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(head)
            connection.sendall(body)
        said = connection_says(connection)
    return int(said.split()[1]) if said else 0


def connection_says(connection: socket.socket) -> bytes:
    with contextlib.suppress(ConnectionError):
        return connection.recv(4_096)
    return b""


def lives(port: int, path: str = "/healthz/live") -> bool:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status == 200


def lives_by(proxy: Proxy) -> bool:
    """A page of `web` comes through the proxy."""
    return lives(proxy.port, "/admin/login/")


def bootstrap_head(inbox: Inbox, *lines: str) -> bytes:
    head = [
        "POST /api/widget/bootstrap/ HTTP/1.1",
        "Host: 127.0.0.1",
        f"X-Widget-Token: {inbox.widget_token}",
    ]
    head += ["Content-Type: application/json", *lines]
    return "\r\n".join([*head, "", ""]).encode()


def chunks(megabytes: int) -> bytes:
    return (b"100000\r\n" + b"x" * 0x100000 + b"\r\n") * megabytes + b"0\r\n\r\n"


def test_processes_by_themselves(web: Process, bodies: Process, inbox: Inbox) -> None:
    """Granian and uvicorn without a proxy before them."""
    with running(web, bodies):
        for process in (web, bodies):
            flood(process.port, inbox)
        # Granian refuses what it was told of, and doesn't read what has no length; uvicorn's has test_request_body.py.
        assert status(web.port, bootstrap_head(inbox, f"Content-Length: {HUGE}")) == 413
        assert status(web.port, bootstrap_head(inbox, "Transfer-Encoding: chunked"), chunks(4)) == 200
        assert status(bodies.port, bootstrap_head(inbox, "Transfer-Encoding: chunked"), chunks(4)) == 413
        with connected(web.port) as connection:
            connection.sendall(HEAD)
            begun = time.monotonic()
            assert answer(connection)[:12] in (b"", b"HTTP/1.1 408")
            assert time.monotonic() - begun < 5
        assert lives(web.port)
        assert lives(bodies.port)


def flood(port: int, inbox: Inbox) -> None:
    lines = [f"X-{number}: a" for number in range(1_000)]
    assert status(port, bootstrap_head(inbox, *lines, "Content-Length: 0")) in (0, 400, 431)
    assert status(port, bootstrap_head(inbox, f"X-Long: {'a' * 2_000_000}")) in (0, 400, 431)


def test_the_proxy_stands_all_of_it(proxy: Proxy, inbox: Inbox) -> None:
    """One after the other, as each start of the processes takes seconds."""
    slow_heads_end_however_many(proxy)
    what_is_too_much_is_refused(proxy, inbox)
    slow_bodies_where_none_belong_hold_no_thread(proxy)


def slow_heads_end_however_many(proxy: Proxy) -> None:
    with contextlib.ExitStack() as stack:
        many = [stack.enter_context(connected(proxy.port)) for _ in range(200)]
        for connection in many:
            connection.sendall(HEAD)
        assert lives_by(proxy)
        assert all(answer(connection)[:12] in (b"", b"HTTP/1.1 408") for connection in many)


def what_is_too_much_is_refused(proxy: Proxy, inbox: Inbox) -> None:
    told, in_pieces = f"Content-Length: {HUGE}", "Transfer-Encoding: chunked"
    assert status(proxy.port, bootstrap_head(inbox, told), b"x" * 4 * 0x100000) in REFUSED
    assert status(proxy.port, bootstrap_head(inbox, in_pieces), chunks(4)) in REFUSED
    assert status(proxy.port, bootstrap_head(inbox, f"X-Long: {'a' * 200_000}")) in (0, 431)


def slow_bodies_where_none_belong_hold_no_thread(proxy: Proxy) -> None:
    """What goes to `web`, whose threads are few, is asked for without a body; some claim to have one."""
    head = b"GET /api/widget/poll/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\nx"
    with contextlib.ExitStack() as stack:
        for _ in range(THREADS * 3):
            stack.enter_context(connected(proxy.port)).sendall(head)
        assert lives_by(proxy)
