"""What the demo says instead of starting: one sentence, no traceback, nothing touched."""

import os
import socket
from pathlib import Path

import pytest

from tests.crm.demo_process import refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.mark.parametrize("port", ["http", "65536", "-1"])
def test_a_port_that_is_none(folder: Path, port: str) -> None:
    assert "PORT must be a number" in refused(folder, f"--port={port}")
    assert not folder.exists()


def test_a_taken_port(folder: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        assert refused(folder, port=port) == f"Port {port} is taken: choose another with PORT=…"
    assert not folder.exists()


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_a_folder_of_somebody_else(folder: Path, options: tuple[str, ...]) -> None:
    folder.mkdir()
    (folder / "secret").write_text("mine")

    assert "holds something else than a demo" in refused(folder, *options)
    assert (folder / "secret").read_text() == "mine"


def test_a_file_in_place_of_the_folder(folder: Path) -> None:
    folder.write_text("mine")

    assert "is not a folder" in refused(folder)


def test_a_folder_below_a_file(folder: Path) -> None:
    folder.write_text("mine")

    assert "can't be used: Not a directory" in refused(folder / "data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_closed(folder: Path) -> None:
    folder.mkdir(mode=0o500)

    assert "can't be used: Permission denied" in refused(folder / "data")


def test_a_database_that_is_broken(folder: Path) -> None:
    (folder / "postgres").mkdir(parents=True)
    (folder / ".messenger-demo").touch()
    (folder / "postgres.password").write_text("secret")

    assert refused(folder).endswith("RESET=1 begins anew.")
    (folder / "postgres.password").unlink()
    assert "postgres.password is missing" in refused(folder)


def test_servers_that_do_not_answer(folder: Path) -> None:
    assert "DATABASE_URL can't be used" in refused(folder, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert "REDIS_URL can't be used" in refused(folder, REDIS_URL="redis://127.0.0.1:1")
    assert not folder.exists()


def test_an_address_of_sqlite(folder: Path) -> None:
    assert "SQLite" in refused(folder, DATABASE_URL="sqlite:///db.sqlite3")


def test_an_address_that_is_not_of_redis(folder: Path) -> None:
    assert "REDIS_URL must name" in refused(folder, REDIS_URL="memcached://127.0.0.1")
