"""`locustfile.py` against a live server: it works, and nothing fails under it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from messenger.models import Contact, Inbox, Message
from tests.stream.server import ROOT
from tests.topology.processes import Process, running

USERS = 12
SECONDS = 7


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[Process]:
    """One process for everything; its limits are those of SETTINGS, as all visitors have one address."""
    server = Process("bodies", tmp_path)
    with running(server):
        yield server


def locust(token: str, port: int, seconds: int = SECONDS) -> "subprocess.CompletedProcess[str]":
    command = [
        sys.executable,
        "-m",
        "locust",
        "--headless",
        "--json",
        "--only-summary",
        "--loglevel",
        "ERROR",
    ]
    command += [
        "--users",
        str(USERS),
        "--spawn-rate",
        str(USERS),
        "--run-time",
        f"{seconds}s",
        "--stop-timeout",
        "20",
    ]
    environment = os.environ | {
        "MESSENGER_LOADTEST_WIDGET_TOKEN": token,
        "MESSENGER_LOADTEST_BASE_URL": f"http://127.0.0.1:{port}",
    }
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=90, check=False
    )


def test_visitors_come_write_and_ask_without_a_failure(server: Process, inbox: Inbox) -> None:
    done = locust(inbox.widget_token, server.port)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {row["name"]: row for row in json.loads(done.stdout)}
    assert found.keys() == {"bootstrap/", "send/", "poll/"}
    assert [row["num_failures"] for row in found.values()] == [0, 0, 0]
    assert found["bootstrap/"]["num_requests"] == USERS
    assert Contact.objects.count() == USERS
    assert Message.objects.count() == found["send/"]["num_requests"]


def test_a_failure_is_seen(server: Process, inbox: Inbox) -> None:
    """A wrong token is answered 404 by the API, which fails the run."""
    assert locust("none", server.port, seconds=2).returncode == 1


def test_it_says_what_it_needs() -> None:
    done = locust("", 9)
    assert done.returncode != 0
    assert "Set MESSENGER_LOADTEST_WIDGET_TOKEN" in done.stdout + done.stderr
