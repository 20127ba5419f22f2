"""The figures that count, drawn from a result of `make bench`, and what each should be at most."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """`key` names a figure of `figures_of`."""

    key: str
    title: str
    limit: float
    # What tells how much slower this machine is at such a thing, where that counts.
    paced_by: str = ""


# What the bare limits took where the targets were set: CPU-ms, and milliseconds of W4.
THEN = {"drf": 0.16, "bare W4 p50": 0.45, "bare W4 p99": 2.4}
TARGETS = (
    Target("W1", "W1 bootstrap, CPU-ms", 2.5, paced_by="drf"),
    Target("W1b", "W1 by bodies, CPU-ms", 2.5, paced_by="drf"),
    Target("W2", "W2 send, CPU-ms", 1.2, paced_by="drf"),
    Target("W2 times bare", "W2 send, times its bare limit", 3),
    Target("W2b", "W2 by bodies, CPU-ms", 1.2, paced_by="drf"),
    Target("W2b times bare", "W2 by bodies, times its bare limit", 3),
    Target("W3", "W3 quiet poll, CPU-ms", 0.35, paced_by="drf"),
    Target("W4 p50", "W4 commit to byte, p50, ms", 5, paced_by="bare W4 p50"),
    Target("W4 p99", "W4 commit to byte, p99, ms", 25, paced_by="bare W4 p99"),
    Target("W4 lost", "W4 lost", 0),
    Target("W4 doubled", "W4 twice", 0),
    Target("W5 KB", "W5 KB per idle stream", 16),
    Target("W5 core", "W5 % of a core", 6),
    Target("W6 W1", "W6 bootstrap, times W1", 1.3),
    Target("W6 W2", "W6 send, times W2", 1.3),
    Target("W6 W3", "W6 quiet poll, times W3", 1.3),
)


def figures_of(result: dict[str, Any]) -> dict[str, float]:
    """Those that were measured."""
    figures: dict[str, float] = {}
    for row in result["requests"]:
        figures[row["name"]] = row["cpu_ms"]
        if row["times_bare"]:
            figures[f"{row['name']} times bare"] = row["times_bare"]
    figures |= _against_small(result)
    for name in ("W4", "bare W4"):
        if found := result.get(name):
            figures |= {f"{name} p50": found["delay_ms_p50"], f"{name} p99": found["delay_ms_p99"]}
    if four := result.get("W4"):
        figures |= {"W4 lost": four["lost"], "W4 doubled": four["doubled"]}
    if five := result.get("W5"):
        figures |= {"W5 KB": five["kb_per_stream"], "W5 core": five["idle_core_percent"]}
    return figures


def _against_small(result: dict[str, Any]) -> dict[str, float]:
    """Of the parts that ran in both."""
    small = {row["name"]: row["parts"] for row in result["requests"]}
    return {
        f"W6 {row['name']}": sum(row["parts"].values())
        / sum(small[row["name"]][part] for part in row["parts"])
        for row in result["large"]
    }


def paces(figures: dict[str, float]) -> dict[str, float]:
    """By bare limit, how much longer this machine takes over it than the one on which the targets were set."""
    return {name: figures[name] / then for name, then in THEN.items() if name in figures}


def judged(result: dict[str, Any]) -> Iterator[str]:
    """A line for each target that was measured, where it counts also at the pace of the machine of the targets."""
    figures = figures_of(result)
    slower = paces(figures)
    for name, times in slower.items():
        yield f"This machine takes {times:.2f} times as long as that of the targets ({name}: {figures[name]:.2f} ms)"
    for target in TARGETS:
        if target.key not in figures:
            continue
        value = figures[target.key]
        line = f"{target.title:40} {value:8.2f}  at most {target.limit:5g}  {_verdict(value, target)}"
        if target.paced_by in slower:
            paced = value / slower[target.paced_by]
            line += f"; at the targets' pace {paced:5.2f}  {_verdict(paced, target)}"
        yield line


def _verdict(value: float, target: Target) -> str:
    return "met" if value <= target.limit else "MISSED"
