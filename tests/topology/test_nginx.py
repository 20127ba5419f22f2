"""The example for nginx in docs/operations/deploy.md, tried by nginx where there is one."""

import contextlib
import getpass
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crm.servers.base import free_port
from tests.stream.server import ROOT
from tests.topology.backends import Backend, assert_events_come_as_they_are_written
from tests.worker.cluster import wait_until

PAGE = ROOT / "docs" / "operations" / "deploy.md"
TOP = """user {user};
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
include /etc/nginx/mime.types;
client_body_temp_path {folder}/body;
proxy_temp_path {folder}/proxy;
{example}
}}
"""


@pytest.fixture
def nginx() -> str:
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("there is no nginx")
    return program


@pytest.fixture
def client(nginx: str, backends: dict[str, Backend], tmp_path: Path) -> Iterator[httpx.Client]:
    """By plain HTTP on ports of its own: certificates are not what is tried here."""
    port = free_port()
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "widget.js").write_text("export {};\n")
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        TOP.format(user=getpass.getuser(), folder=tmp_path, example=example(port, backends, tmp_path))
    )
    command = [nginx, "-e", "stderr", "-c", str(configuration)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            wait_until(lambda: process.poll() is not None or listens(port), "nginx")
            assert process.poll() is None, process.stderr and process.stderr.read()
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
                yield client
        finally:
            process.terminate()


def example(port: int, backends: dict[str, Backend], folder: Path) -> str:
    found = re.search(r"```nginx\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    text = re.sub(r"listen 443 ssl http2;", f"listen 127.0.0.1:{port} default_server;", found[1])
    text = re.sub(r"listen 80;", f"listen 127.0.0.1:{free_port()};", text)
    text = re.sub(r"ssl_certificate\w*\s+\S+;", "", text).replace("/var/lib/messenger", str(folder))
    for name, example_port in (("web", 8100), ("bodies", 8200), ("stream", 8300)):
        text = text.replace(f"127.0.0.1:{example_port}", f"127.0.0.1:{backends[name].server_port}")
    return text


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def test_requests_find_their_processes_and_nothing_forged_comes_with_them(client: httpx.Client) -> None:
    forged = {"X-Forwarded-For": "6.6.6.6", "X_Forwarded_For": "6.6.6.6", "X-Request-ID": "0" * 32}
    for method, path, process in (
        ("GET", "/api/widget/poll/?since_id=0", "web"),
        ("POST", "/api/widget/send/", "bodies"),
        ("GET", "/api/widget/attachment/0a1b/", "bodies"),
        ("GET", "/admin/messenger/label/export/", "bodies"),
    ):
        said = client.request(
            method, path, headers=forged, content=b"{}" if method == "POST" else None
        ).json()
        assert said["process"] == process
        assert said["headers"]["x-forwarded-for"] == "127.0.0.1"
        assert said["headers"]["x-request-id"] != "0" * 32
        assert [name for name in said["headers"] if "_" in name] == []


def test_events_come_as_they_are_written(client: httpx.Client, backends: dict[str, Backend]) -> None:
    assert_events_come_as_they_are_written(client, backends)


def test_large_uploads_pass_static_files_come_from_it_and_metrics_are_nowhere(client: httpx.Client) -> None:
    large = client.post("/api/widget/send/", content=b"x" * 9_000_000)
    assert large.json()["headers"]["content-length"] == "9000000"
    static = client.get("/static/widget.js")
    assert (static.status_code, static.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert "javascript" in static.headers["Content-Type"]
    assert client.get("/metrics").status_code == 404
