"""`make bench`: W1 to W6 with the processes of production, beside bare limits of the same run (docs/performance.md).

Run: `.venv/bin/python -m tests.benchmarks.bench --quick`
It starts its own servers on loopback, PostgreSQL with fsync, prints a table and writes bench-results/<date>.json.
W6 and the growth want the database of `make bench-data`, and are left out where there is none.
"""

import argparse
import contextlib
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.benchmarks import bare, growth, report, streams, targets, workloads
from tests.benchmarks.data import size_of
from tests.benchmarks.measuring import Effort, Measurement, idle
from tests.benchmarks.processes import ROOT, SERVICES, Servers, durable_servers

REQUESTS = {"W1", "W2", "W3"}
ALL = (*sorted(REQUESTS), "W4", "W5", "W6", "growth")


@dataclass
class Bench:
    """What is wanted, and what was found so far."""

    options: argparse.Namespace
    found: list[Measurement] = field(default_factory=list)
    large: list[Measurement] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def wanted(self) -> set[str]:
        return set(self.options.only or ALL)

    @property
    def effort(self) -> Effort:
        return Effort(self.options.requests, self.options.runs)

    @property
    def requests_wanted(self) -> set[str]:
        """W6 is a ratio: it needs what it is compared with."""
        return REQUESTS if "W6" in self.wanted else REQUESTS & self.wanted

    def run(self) -> None:
        with durable_servers() as servers:
            if {"W4", "W5"} & self.wanted:
                streams.set_up(servers)
            self.small(servers)
        if {"W6", "growth"} & self.wanted:
            self._on_years()

    def small(self, servers: Servers) -> None:
        """All that wants no database of years."""
        if self.requests_wanted:
            self._requests(servers)
        if {"W4", "W5"} & self.wanted:
            self._streams(servers)

    def result(self) -> dict[str, Any]:
        return report.result_of(self.options, self.found, self.large, self.more)

    def _note(self, measurement: Measurement, found: list[Measurement]) -> None:
        found.append(measurement)
        say(report.line(measurement, self.found))

    def _requests(self, servers: Servers) -> None:
        with servers.running("web"):
            shop = workloads.open_shop(servers)
        say(report.HEAD)
        for measurement in bare.bare_limits(servers, self.effort, shop.pk):
            self._note(measurement, self.found)
        if "W2" in self.requests_wanted:
            self._note(bare.statement(servers, self.effort, shop.pk), self.found)
        with servers.running(*SERVICES):
            for measurement in workloads.measured(servers, shop, self.effort, self.requests_wanted):
                self._note(measurement, self.found)
            self.more["idle"] = idle(servers, self.options.idle)
            say(report.idle_line(self.more["idle"]))

    def _streams(self, servers: Servers) -> None:
        for name, count in (("W4", self.options.streams), ("W5", self.options.idle_streams)):
            if name in self.wanted:
                rate = self.options.rate if name == "W4" else 0
                plan = streams.Plan(rate, self.options.seconds, self.options.idle)
                if rate:
                    self.more["bare W4"] = streams.bare_limit(servers, count, plan)
                    say(report.streams_line("bare W4", self.more["bare W4"]))
                self.more[name] = streams.measured(servers, count, plan)
                say(report.streams_line(name, self.more[name]))

    def _on_years(self) -> None:
        folder = self.options.folder
        if not size_of(folder):
            say(f"W6 and growth left out: there is no database in {folder}; `make bench-data` makes one.")
            if self.options.only:
                raise SystemExit(1)
            return
        if "W6" in self.wanted:
            self._large(folder)
        if "growth" in self.wanted:
            self.more["growth"] = growth.side_by_side(folder)
            say(growth.table(self.more["growth"]))

    def _large(self, folder: Path) -> None:
        say(f"W6, the same on {size_of(folder):,} conversations, without the worker:")
        # Its timetable would close, assign and remove what is kept for the next time.
        asked = [service for service in SERVICES if service != "worker"]
        with durable_servers(folder) as servers, servers.running(*asked):
            shop = workloads.open_shop(servers)
            try:
                for measurement in workloads.measured(servers, shop, self.effort, REQUESTS):
                    self._note(measurement, self.large)
            finally:
                workloads.close_shop(servers, shop)
                # What autovacuum does sooner or later: what was removed stands in the indexes' way until then.
                with psycopg.connect(servers.database_url, autocommit=True) as database:
                    database.execute("VACUUM (ANALYZE)")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", action="extend", choices=ALL, help="workloads")
    parser.add_argument("--requests", type=int, default=3000, help="in each run of W1 to W3")
    parser.add_argument("--runs", type=int, default=3, help="of which the median counts")
    parser.add_argument("--streams", type=int, default=1000, help="of W4")
    parser.add_argument("--rate", type=int, default=100, help="messages a second of W4")
    parser.add_argument("--seconds", type=float, default=10, help="of writing in W4")
    parser.add_argument("--idle-streams", type=int, default=10_000, help="of W5")
    parser.add_argument("--idle", type=float, default=30, help="seconds of watching what is idle")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything, for trying")
    parser.add_argument(
        "--record", action="store_true", help="add a row to the history in docs/performance.md"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path(".bench"), help="the database of `make bench-data`"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "bench-results")
    options = parser.parse_args(arguments)
    if options.quick:
        for name in ("requests", "streams", "rate", "seconds", "idle_streams", "idle"):
            setattr(options, name, type(getattr(options, name))(max(1, getattr(options, name) / 10)))
    return options


def tell(result: dict[str, Any], folder: Path) -> None:
    for verdict in targets.judged(result):
        say(verdict)
    say(f"\n{report.written(result, folder)}")


def main(arguments: Sequence[str]) -> None:
    # Whoever ends it by SIGTERM leaves no servers behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    bench = Bench(options_of(arguments))
    try:
        with contextlib.chdir(ROOT):
            bench.run()
    finally:
        # What took half an hour isn't lost to what fails behind it.
        if bench.found or bench.more:
            tell(bench.result(), bench.options.output)
    if bench.options.record:
        report.record(bench.result())
        say(f"A row was added to {report.DOCUMENT.relative_to(ROOT)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
