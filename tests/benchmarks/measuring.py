"""What something costs: CPU time by part, throughput and delays, the median of some runs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.cpu import cpu_of, spent_between
from tests.benchmarks.load import Load
from tests.benchmarks.processes import Servers

# What the clients saw, and the CPU-seconds of each part, of so many requests.
type Run = Callable[[int], tuple[dict[str, Any], dict[str, float]]]


@dataclass(frozen=True, slots=True)
class Measurement:
    """`parts` are CPU-milliseconds per request; `bare` names the measurement that it is divided by."""

    name: str
    title: str
    parts: dict[str, float]
    per_second: float
    p50: float
    p95: float
    p99: float
    bare: str = ""

    @property
    def cpu_ms(self) -> float:
        return sum(self.parts.values())


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is asked for: `requests` in each of `runs`, after a tenth of it that isn't counted."""

    requests: int
    runs: int = 3

    @property
    def warm(self) -> int:
        return max(64, self.requests // 10)


def median_run(name: str, title: str, effort: Effort, run: Run, bare: str = "") -> Measurement:
    run(effort.warm)
    found = []
    for _ in range(effort.runs):
        seen, spent = run(effort.requests)
        parts = {part: seconds * 1000 / effort.requests for part, seconds in spent.items()}
        p50, p95, p99 = (float(seen[share]) for share in ("p50", "p95", "p99"))
        per_second = effort.requests / seen["seconds"]
        found.append(Measurement(name, title, parts, per_second, p50, p95, p99, bare))
    return sorted(found, key=lambda one: one.cpu_ms)[len(found) // 2]


def under(servers: Servers, load: Load) -> Run:
    def run(number: int) -> tuple[dict[str, Any], dict[str, float]]:
        before = cpu_of(servers.parts)
        seen = load.run(number)
        return seen, spent_between(before, cpu_of(servers.parts))

    return run


def idle(servers: Servers, seconds: float) -> dict[str, float]:
    """What each part takes of a core while nobody asks for anything, in percent. The processes run."""
    before, began = cpu_of(servers.parts), time.monotonic()
    time.sleep(seconds)
    spent, took = spent_between(before, cpu_of(servers.parts)), time.monotonic() - began
    return {name: 100 * part / took for name, part in spent.items()}
