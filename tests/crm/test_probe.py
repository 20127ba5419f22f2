"""The containers' health checks."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from crm.probe import answers, main, worker_lives


class Server(HTTPServer):
    status = 200
    host = ""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.host = self.headers["Host"]
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_rest: Any) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("PORT", str(server.server_port))
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (404, 0), (500, 1), (503, 1)])
def test_it_fails_where_the_process_says_so(server: Server, status: int, code: int) -> None:
    server.status = status
    assert main(["/healthz/ready"]) == code


@pytest.mark.parametrize(
    ("hosts", "host"),
    [("crm.example.com,other", "crm.example.com"), (".example.com", "example.com"), ("", "localhost")],
)
def test_it_asks_for_a_host_that_is_answered(
    server: Server, monkeypatch: pytest.MonkeyPatch, hosts: str, host: str
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", hosts)
    assert main(["/healthz/ready"]) == 0
    assert server.host == host


def test_it_fails_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert not answers("/", taken.getsockname()[1])


@pytest.mark.parametrize(("processes", "lives"), [(0, False), (1, False), (2, False), (3, True), (5, True)])
def test_a_worker_is_more_than_its_first_process(tmp_path: Path, processes: int, lives: bool) -> None:
    for number in range(processes):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "cmdline").write_bytes(b"python\0manage.py\0qcluster\0")
    (tmp_path / "99").mkdir()
    assert worker_lives(tmp_path) is lives


def test_the_init_of_a_container_is_no_part_of_the_worker(tmp_path: Path) -> None:
    words = b"python\0manage.py\0qcluster\0"
    for number, command in enumerate([b"/sbin/docker-init\0--\0" + words, words, words]):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "cmdline").write_bytes(command)
    assert not worker_lives(tmp_path)


def test_it_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
