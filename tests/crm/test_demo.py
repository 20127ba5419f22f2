"""The demo with its real processes. The tests share a folder, so only the first one makes a database."""

import os
import signal
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.crm.demo_process import ROOT, DemoProcess, refused, surroundings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


def test_it_says_where_everything_is(folder: Path) -> None:
    with DemoProcess(folder) as demo:
        described = demo.description
        assert demo.output[-1] == "ready"
        assert any(described["base_url"] in line for line in demo.output)
        assert {"widget_token", "global_widget_token", "admin", "operators"} <= described.keys()
        assert described["operators"][0].keys() >= {"username", "email", "password"}
        assert described["pids"].keys() == {"supervisor", "postgres", "valkey", "web", "worker"}
        assert stat.S_IMODE((folder / "demo.json").stat().st_mode) == 0o600
        with urllib.request.urlopen(f"{described['base_url']}/admin/login/", timeout=10) as answer:
            assert answer.status == 200

        count = "from crm.models import User; print(User.objects.count())"
        told = subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", count],
            cwd=ROOT,
            env=surroundings(**described["environment"]),
            capture_output=True,
            text=True,
            check=True,
        )
        assert int(told.stdout) > len(described["operators"])

        assert "Another demo is running" in refused(folder)
        taken = int(described["base_url"].rpartition(":")[2])
        assert refused(folder.parent / "other", port=taken).startswith(f"Port {taken} is taken")


def test_a_signal_ends_it_and_the_next_start_goes_on_with_the_same_data(folder: Path) -> None:
    descriptions = []
    for number in (signal.SIGINT, signal.SIGTERM):
        with DemoProcess(folder) as demo:
            descriptions.append(demo.description)
            demo.send(number)

            assert demo.exit_code() == 0
            assert demo.survivors() == []
            assert not (folder / "demo.json").exists()

    first, second = descriptions
    for name in ("widget_token", "global_widget_token", "admin", "operators"):
        assert second[name] == first[name]
    assert second["environment"]["SECRET_KEY"] == first["environment"]["SECRET_KEY"]


@pytest.mark.parametrize("name", ["web", "postgres"])
def test_a_part_that_dies_ends_the_whole(folder: Path, name: str) -> None:
    with DemoProcess(folder) as demo:
        os.kill(demo.description["pids"][name], signal.SIGKILL)

        assert demo.exit_code() == 1
        assert f"because {name} ended by itself" in demo.errors
        assert demo.survivors(5) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent was killed")
def test_killed_it_takes_its_processes_along_and_starts_again(folder: Path) -> None:
    with DemoProcess(folder) as demo:
        demo.send(signal.SIGKILL)
        demo.exit_code()

        with DemoProcess(folder) as again:
            assert again.description["widget_token"] == demo.description["widget_token"]
        assert demo.survivors(20) == []


def test_reset_begins_anew_and_keeps_what_is_not_ours(folder: Path) -> None:
    if not folder.exists():
        # It runs alone.
        with DemoProcess(folder):
            pass
    secret = (folder / "secret").read_text()
    (folder / "notes.txt").write_text("mine")

    with DemoProcess(folder, "--reset") as demo:
        assert demo.description["environment"]["SECRET_KEY"] != secret
    assert (folder / "notes.txt").read_text() == "mine"
