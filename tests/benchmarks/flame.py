"""A flame graph of what a hot endpoint does in its process: `make bench FLAME=1`.

Run: `.venv/bin/python -m tests.benchmarks.flame --endpoint send`
By py-spy, which looks into the running process from outside; it may have to be root for that (ptrace). The SVGs are in
bench-results/.
"""

import argparse
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.load import Load
from tests.benchmarks.processes import ROOT, SERVICES, Servers, durable_servers
from tests.benchmarks.workloads import WORKLOADS, Shop, Workload, open_shop

ENDPOINTS = {"bootstrap": "W1", "send": "W2", "poll": "W3"}
RATE = 250


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--endpoint", choices=ENDPOINTS, nargs="+", default=list(ENDPOINTS))
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--output", type=Path, default=ROOT / "bench-results")
    options = parser.parse_args(arguments)
    py_spy = program()
    options.output.mkdir(parents=True, exist_ok=True)
    with durable_servers() as servers, servers.running(*SERVICES):
        shop = open_shop(servers)
        for endpoint in options.endpoint:
            file = options.output / f"flame-{endpoint}.svg"
            draw(py_spy, servers, shop, named(endpoint), options.requests, file)
            sys.stdout.write(f"{file}\n")


def named(endpoint: str) -> Workload:
    return next(one for one in WORKLOADS if one.name == ENDPOINTS[endpoint])


def program(beside: str = sys.executable) -> str:
    found = Path(beside).with_name("py-spy")
    if not found.exists():
        raise SystemExit(
            "Flame graphs are drawn by py-spy, which is not installed: add `py-spy` to requirements/dev.in, then "
            "`make lock` and the next `make`; or for once `.venv/bin/python -m pip install py-spy`."
        )
    return str(found)


def draw(py_spy: str, servers: Servers, shop: Shop, workload: Workload, requests: int, file: Path) -> None:
    web = servers.programs[workload.service]
    with Load(web.port, shop.requests(workload, web.port)) as load:
        load.run(max(64, requests // 10))
        command = [py_spy, "record", "--pid", str(web.pid), "--subprocesses", "--rate", str(RATE)]
        command += ["--format", "flamegraph", "--output", str(file), "--nonblocking"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as spy:
            try:
                load.run(requests)
            finally:
                # As by Ctrl+C: it ends and writes what it has.
                spy.send_signal(signal.SIGINT)
            _, said = spy.communicate()
    if not file.exists():
        raise SystemExit(f"py-spy wrote nothing:\n{said}")


if __name__ == "__main__":
    main(sys.argv[1:])
