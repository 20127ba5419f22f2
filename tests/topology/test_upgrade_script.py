"""deploy/upgrade, with a Docker that only writes down what it is told (`docker` beside this file)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.stream.server import ROOT

PAGE = ROOT / "docs" / "operations" / "upgrade.md"
SERVICES = {"stream": 1, "bodies": 2, "web": 3, "proxy": 1}


class Machine:
    """On which the old containers run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._containers = folder / "containers"
        self._containers.mkdir()
        for service, count in SERVICES.items():
            (self._containers / service).write_text("".join(f"{service}-old-{n}\n" for n in range(count)))
        shutil.copy(Path(__file__).with_name("docker"), folder)

    def upgrade(self, *services: str, sick: str = "") -> "subprocess.CompletedProcess[str]":
        path = f"{self._folder}:{os.environ['PATH']}"
        return subprocess.run(
            [str(ROOT / "deploy" / "upgrade"), *services],
            env={"PATH": path, "STATE": str(self._folder), "SICK": sick},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def of(self, service: str) -> list[str]:
        """Its containers: old or new."""
        return [line.split("-")[1] for line in (self._containers / service).read_text().splitlines()]

    def lose(self, service: str) -> None:
        (self._containers / service).unlink()

    @property
    def calls(self) -> list[str]:
        return (self._folder / "calls").read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_each_service_has_as_many_new_ones_as_it_had_old_ones(machine: Machine) -> None:
    done = machine.upgrade()
    assert done.returncode == 0, done.stderr
    assert {name: machine.of(name) for name in ("stream", "bodies", "web")} == {
        "stream": ["new"],
        "bodies": ["new"] * 2,
        "web": ["new"] * 3,
    }
    started = [call.rsplit(" ", 1)[-1] for call in machine.calls if call.startswith("compose up")]
    assert started == ["stream", "bodies", "web", "proxy"]
    assert not any("--force-recreate" in call for call in machine.calls)


def test_old_ones_go_after_the_new_ones_are_well(machine: Machine) -> None:
    machine.upgrade("bodies")
    assert machine.calls == [
        "compose ps --all --quiet bodies",
        "compose up --detach --no-deps --no-recreate --wait --wait-timeout 300 --scale bodies=4 bodies",
        "stop bodies-old-0 bodies-old-1",
        "rm bodies-old-0 bodies-old-1",
    ]


def test_where_one_is_not_well_the_old_ones_stay_and_nothing_else_is_touched(machine: Machine) -> None:
    done = machine.upgrade(sick="bodies")
    assert done.returncode == 1
    assert "bodies: the new containers are not well" in done.stderr
    assert "what bodies-new-3 said" in done.stderr
    assert machine.of("stream") == ["new"]
    assert machine.of("bodies") == ["old"] * 2
    assert machine.of("web") == ["old"] * 3
    assert not any("web" in call or call.endswith("proxy") for call in machine.calls)
    assert not any(call.startswith("stop bodies") for call in machine.calls)


def test_given_once_more_it_goes_on(machine: Machine) -> None:
    machine.upgrade(sick="web")
    assert machine.upgrade("web").returncode == 0
    assert machine.of("web") == ["new"] * 3


def test_a_configuration_that_caddy_refuses_ends_it_before_anything(machine: Machine) -> None:
    assert machine.upgrade(sick="caddy").returncode == 1
    assert len(machine.calls) == 1
    assert machine.of("stream") == ["old"]


def test_a_service_that_does_not_run_is_started(machine: Machine) -> None:
    machine.lose("stream")
    assert machine.upgrade("stream").returncode == 0
    assert machine.of("stream") == ["new"]


def test_the_page_leads_to_it() -> None:
    assert "\ndeploy/upgrade " in PAGE.read_text("utf-8")
