"""What the database does for an act of the product: in a new installation, a small one, and after years, side by side.

Part of bench.py; one database alone: `.venv/bin/python -m tests.benchmarks.growth --folder .bench`
An act is repeated, each time in a transaction that is rolled back: the database stays as it is, and waiting for the
disk is not counted. CPU is that of the connection's own process in PostgreSQL (/proc/PID/schedstat), which neighbours
on the machine don't change.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crm.servers import Valkey
from tests.benchmarks.data import filled, size_of
from tests.benchmarks.plans import process_cpu_ms
from tests.benchmarks.processes import ROOT

# Conversations with ten messages each: 10 thousand and a million messages beside the ten million of `make bench-data`.
SMALLER = (1_000, 100_000)
# A prepared statement is planned anew five times before its plan is kept.
REPEATS, SECONDS, WARM = 60, 8.0, 10
# Ten times the rows make a tree a sixth deeper: more than this is no log n, whatever the machine does meanwhile.
SUSPICIOUS = 2.0
# Below this all are the same to anybody, and what is measured is mostly chance.
NOTHING_MS = 0.3


def side_by_side(
    large: Path, smaller: Sequence[int] = SMALLER, repeats: int = REPEATS
) -> list[dict[str, Any]]:
    """The database's milliseconds by act, from the smallest on; small databases stay beside the large one."""
    folders = {size: large.with_name(f"{large.name}-{size}") for size in smaller} | {size_of(large): large}
    return [_in_own_process(folder, size, repeats) for size, folder in folders.items()]


def _in_own_process(folder: Path, conversations: int, repeats: int) -> dict[str, Any]:
    """Django can be set up on one database in a process."""
    size, number = str(conversations), str(repeats)
    # What was measured before has set a folder for this process's metrics, and removed it.
    surroundings = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.growth", "--folder", str(folder), "--conversations", size,
         "--repeats", number],
        cwd=ROOT, env=surroundings, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def table(found: Sequence[dict[str, Any]]) -> str:
    """In Markdown. The last column compares the largest with the one before, and marks what grows too fast."""
    sizes = [f"{one['conversations']:,} conversations, {one['messages']:,} messages" for one in found]
    lines = [
        f"| CPU-ms; p50, ms | {' | '.join(sizes)} | times |",
        f"| {'--- | ' * (len(sizes) + 2)}".rstrip(),
    ]
    for name in found[0]["acts"]:
        costs = [one["acts"][name] for one in found]
        before, last = (one["cpu_ms"] for one in costs[-2:])
        times = last / before if before else float("inf")
        mark = " !" if times > SUSPICIOUS and last > NOTHING_MS else ""
        cells = (f"{at['cpu_ms']:.2f}; {at['p50']:.2f}" for at in costs)
        lines.append(f"| {name} | {' | '.join(cells)} | {times:.1f}{mark} |")
    return "\n".join(lines)


def measure(repeats: int) -> dict[str, dict[str, float]]:
    from tests.benchmarks.growth_acts import acts  # noqa: PLC0415  (Django has to be set up first)

    return {name: _cost(act, repeats) for name, act in acts().items()}


def _cost(act: Callable[[], object], repeats: int) -> dict[str, float]:
    """The median time in statements, and the mean CPU of the server's process for all of it."""
    from django.db import connection  # noqa: PLC0415

    for _ in range(WARM):
        _tried(act)
    times: list[float] = []
    pid = connection.connection.info.backend_pid
    before, end = process_cpu_ms(pid), time.monotonic() + SECONDS
    while len(times) < repeats and (time.monotonic() < end or not times):
        times.append(_tried(act))
    return {
        "cpu_ms": round((process_cpu_ms(pid) - before) / len(times), 3),
        "p50": round(statistics.median(times), 3),
        "repeats": len(times),
    }


def _tried(act: Callable[[], object]) -> float:
    """Milliseconds in statements; nothing of it stays."""
    from django.db import connection, transaction  # noqa: PLC0415

    spent = 0.0

    def timed(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal spent
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            spent += time.perf_counter() - began

    with transaction.atomic(), connection.execute_wrapper(timed):
        act()
        transaction.set_rollback(True)
    return spent * 1000


@contextlib.contextmanager
def _valkey() -> Any:
    with TemporaryDirectory(prefix="messenger-bench-") as name:
        folder = Path(name)
        (folder / "log").mkdir()
        valkey = Valkey(folder)
        valkey.start()
        try:
            valkey.wait()
            yield valkey.url
        finally:
            valkey.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".bench"))
    parser.add_argument(
        "--conversations", type=int, default=0, help="that are to be there; made if they aren't"
    )
    parser.add_argument("--repeats", type=int, default=REPEATS)
    options = parser.parse_args()
    size = options.conversations or size_of(options.folder)
    if not size:
        raise SystemExit(f"There is no database in {options.folder}: `make bench-data` makes one.")
    # One connection, whose process is looked at.
    os.environ["DATABASE_POOL_SIZE"] = "0"
    with _valkey() as redis_url, filled(options.folder, size, redis_url):
        from tests.benchmarks.growth_acts import prepared, rows  # noqa: PLC0415

        prepared()
        found = {"conversations": size, "messages": rows(), "acts": measure(options.repeats)}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
