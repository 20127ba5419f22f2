"""What stands in docker-compose.yml: the one source of the commands that a deployment runs."""

from typing import Any

import yaml

from tests.stream.server import ROOT

FILE = ROOT / "docker-compose.yml"
OURS = ("migrate", "web", "bodies", "stream", "worker")


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    return found


def command_of(service: str) -> list[str]:
    return [str(part) for part in services()[service]["command"]]
