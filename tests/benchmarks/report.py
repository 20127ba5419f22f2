"""What `make bench` tells: the table, the targets, the file of JSON, and the row of the history."""

import argparse
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import Measurement
from tests.benchmarks.processes import ROOT
from tests.benchmarks.targets import figures_of

DOCUMENT = ROOT / "docs" / "performance.md"
PARTS = ("web", "bodies", "stream", "worker", "postgres", "valkey", "client")
HEAD = (
    f"{'':47}CPU-ms "
    + " ".join(f"{part[:6]:>6}" for part in PARTS)
    + "    per s    p50    p95    p99  × bare limit"
)
_HISTORY = ("W1", "W1b", "W2", "W2 times bare", "W2b", "W2b times bare", "W3", "W3 times bare", "W4 p50", "W4 p99",
            "W5 KB", "W5 core", "W6 W1", "W6 W2", "W6 W3")  # fmt: skip


def line(one: Measurement, found: Sequence[Measurement]) -> str:
    parts = " ".join(f"{one.parts[part]:6.2f}" if part in one.parts else " " * 6 for part in PARTS)
    delays = " ".join(f"{delay:6.1f}" for delay in (one.p50, one.p95, one.p99))
    ratio = times_bare(one, found)
    times = f"{ratio:7.2f} × {one.bare}" if ratio else ""
    row = f"{one.name:10} {one.title:35} {one.cpu_ms:6.2f} {parts} {one.per_second:8.0f} {delays} {times}"
    return row.rstrip()


def times_bare(one: Measurement, found: Sequence[Measurement]) -> float | None:
    limit = next((other.cpu_ms for other in found if other.name == one.bare), 0)
    return one.cpu_ms / limit if limit else None


def idle_line(percents: dict[str, float]) -> str:
    return "Idle, % of a core: " + ", ".join(f"{name} {value:.1f}" for name, value in percents.items())


def streams_line(name: str, found: dict[str, Any]) -> str:
    return f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in found.items())


def result_of(
    options: argparse.Namespace,
    found: Sequence[Measurement],
    large: Sequence[Measurement],
    more: dict[str, Any],
) -> dict[str, Any]:
    def rows(some: Sequence[Measurement]) -> list[dict[str, Any]]:
        return [asdict(one) | {"cpu_ms": one.cpu_ms, "times_bare": times_bare(one, found)} for one in some]

    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()},
        "options": {name: str(value) for name, value in vars(options).items()},
        "requests": rows(found),
        "large": rows(large),
        **more,
    }


def _commit() -> str:
    """Empty where there is no repository."""
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def written(result: dict[str, Any], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{result['at'].replace(':', '')}.json"
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return file


def record(result: dict[str, Any], document: Path = DOCUMENT) -> None:
    """Adds a row to the table under "History"."""
    head, found, tail = document.read_text(encoding="utf-8").partition("## History\n")
    if not found:
        raise SystemExit(f'{document} has no part "History".')
    before, table, after = _parted(tail)
    document.write_text(f"{head}{found}{before}{table}{_row(result)}\n{after}", encoding="utf-8")


def _parted(text: str) -> tuple[str, str, str]:
    """What stands before the first table, the table, and what stands behind it."""
    lines = text.splitlines(keepends=True)
    begin = next(number for number, one in enumerate(lines) if one.startswith("|"))
    end = next((n for n in range(begin, len(lines)) if not lines[n].startswith("|")), len(lines))
    return "".join(lines[:begin]), "".join(lines[begin:end]), "".join(lines[end:])


def _row(result: dict[str, Any]) -> str:
    figures = figures_of(result)
    cells = [f"{figures[key]:.2f}" if key in figures else "" for key in _HISTORY]
    return "| " + " | ".join([result["at"][:10], result["commit"], *cells]) + " |"
