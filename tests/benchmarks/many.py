"""Throughput and CPU by the number of processes: 1, 2 and 4 of `web` and `bodies` each, behind Caddy (docs/scaling.md).

Run: `.venv/bin/python -m tests.benchmarks.many`, with `--pooler` once more behind PgBouncer in transaction mode.
All share the cores of one machine with the clients: what shows that there may be more of them is that the CPU time of
a request stays the same, and that the requests of a second grow until the cores are full.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks import answers, workloads
from tests.benchmarks.cpu import cpu_of, spent_between
from tests.benchmarks.load import Load
from tests.benchmarks.measuring import Effort, Measurement, Run, median_run
from tests.benchmarks.processes import ROOT, Program, Servers, durable_servers
from tests.topology.pgbouncer import PgBouncer, pgbouncer_program
from tests.topology.processes import Proxy, caddy_program, running

BOOTSTRAP, SEND, POLL = (
    next(one for one in workloads.WORKLOADS if one.name == name) for name in ("W1b", "W2b", "W3")
)
ALL = ("message", "answer", "quiet poll", "new visitor", "list")
COLUMNS = ("web", "bodies", "proxy", "pgbouncer", "postgres", "valkey")
TITLES = ("", "of each", *COLUMNS, "CPU-ms, ours", "requests/s", "p50, ms", "p99, ms", "cores")
HEAD = (f"| {' | '.join(TITLES)} |", "| --- " * len(TITLES) + "|")


@dataclass(frozen=True, slots=True)
class Machines:
    """So many of each process behind one proxy; `parts` are their processes by name and number."""

    port: int
    parts: Mapping[str, int]


@contextlib.contextmanager
def machines(
    servers: Servers, count: int, folder: Path, pooler: PgBouncer | None = None
) -> Iterator[Machines]:
    before = dict(servers.settings)
    servers.settings["GRANIAN_WORKERS"] = "1"
    if pooler:
        servers.settings |= {"DATABASE_URL": pooler.url, "DATABASE_TRANSACTION_POOLING": "1"}
    caddy = required(caddy_program(), "Caddy", "scripts/caddy")
    programs = [servers._started(service, "") for service in ("web", "bodies") for _ in range(count)]
    try:
        for program in programs:
            program.wait()
        proxy = Proxy(caddy, folder, **ports(programs))
        with running(proxy):
            pids = {one.service: one.pid for one in (proxy, pooler) if one}
            pids |= {f"{one.name} {number}": one.pid for number, one in enumerate(programs)}
            yield Machines(proxy.port, servers.heads | pids)
    finally:
        for program in programs:
            program.stop()
        for program in programs:
            program.wait_for_end()
        servers.settings = before


def ports(programs: Sequence[Program]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for program in programs:
        found[program.name].append(program.port)
    # Nobody asks for a stream.
    return {**found, "stream": [1]}


def required(program: str | None, name: str, script: str) -> str:
    if program is None:
        raise SystemExit(f"There is no {name}: {script} installs it.")
    return program


def asking(these: Machines, load: Load) -> Run:
    """The processes of one service are added up."""

    def run(number: int) -> tuple[dict[str, Any], dict[str, float]]:
        before = cpu_of(these.parts)
        seen = load.run(number)
        total: dict[str, float] = defaultdict(float)
        for name, seconds in spent_between(before, cpu_of(these.parts)).items():
            total[name.split()[0]] += seconds
        return seen, dict(total)

    return run


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, by whom, and how much of it."""

    shop: workloads.Shop
    desk: answers.Desk
    effort: Effort
    only: Sequence[str] = ALL

    def requests(self, title: str, port: int) -> list[str]:
        match title:
            case "answer":
                return self.desk.answers(port)
            case "list":
                return [self.desk.look(port)]
        asked = {"message": SEND, "quiet poll": POLL, "new visitor": BOOTSTRAP}
        return self.shop.requests(asked[title], port)

    def measured(self, these: Machines) -> Iterator[Measurement]:
        for title in self.only:
            with Load(these.port, self.requests(title, these.port)) as load:
                yield median_run(title, title, self.effort, asking(these, load))


def row_of(one: Measurement, count: int) -> str:
    """ "cores" are those that our processes kept busy; the clients took some of the others."""
    parts = [f"{one.parts[name]:.2f}" if name in one.parts else "" for name in COLUMNS]
    busy = (one.cpu_ms / 1000) * one.per_second
    figures = [
        f"{one.cpu_ms:.2f}",
        f"{one.per_second:.0f}",
        f"{one.p50:.1f}",
        f"{one.p99:.1f}",
        f"{busy:.1f}",
    ]
    return f"| {' | '.join([one.title, str(count), *parts, *figures])} |"


def main(arguments: Sequence[str]) -> None:
    # Whoever ends it by SIGTERM leaves no servers behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    options = options_of(arguments)
    say(f"Load of the machine: {os.getloadavg()[0]:.1f}, cores: {os.cpu_count()}")
    with contextlib.chdir(ROOT), durable_servers() as servers:
        with servers.running("web"):
            shop = workloads.open_shop(servers)
        effort = Effort(options.requests, options.runs)
        wanted = Wanted(shop, answers.hire(servers, shop), effort, options.only)
        for row in compared(servers, wanted, options.processes):
            say(row)
        if options.pooler:
            with pooler_of(servers) as pooler:
                for row in compared(servers, wanted, options.processes, pooler):
                    say(row)


def compared(
    servers: Servers, wanted: Wanted, counts: Sequence[int], pooler: PgBouncer | None = None
) -> Iterator[str]:
    yield from HEAD
    for count in counts:
        with machines(servers, count, servers.folder, pooler) as these:
            for one in wanted.measured(these):
                yield row_of(one, count)


@contextlib.contextmanager
def pooler_of(servers: Servers) -> Iterator[PgBouncer]:
    program = required(pgbouncer_program(), "PgBouncer", "scripts/pgbouncer")
    with tempfile.TemporaryDirectory(prefix="messenger-pooler-") as folder:
        usual = {"default_pool_size": "20", "server_round_robin": "0"}
        pooler = PgBouncer(program, Path(folder), database=servers.database_url, **usual)
        with running(pooler):
            yield pooler


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--processes", nargs="+", type=int, default=[1, 2, 4], help="of each service")
    parser.add_argument("--only", nargs="+", choices=ALL, default=ALL)
    parser.add_argument("--requests", type=int, default=2000, help="in each run")
    parser.add_argument("--runs", type=int, default=5, help="of which the median counts")
    parser.add_argument("--pooler", action="store_true", help="once more behind PgBouncer")
    return parser.parse_args(arguments)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
