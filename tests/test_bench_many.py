"""`tests/benchmarks/many.py` with next to nothing to do, so that it still runs when somebody wants figures."""

import os
from importlib import import_module
from pathlib import Path

import psutil
import pytest
from django.apps import apps
from django.db import connection
from django_redis import get_redis_connection

from tests.benchmarks import answers, many, workloads
from tests.benchmarks.measuring import Effort
from tests.benchmarks.processes import Servers
from tests.stream.server import database_url
from tests.topology.pgbouncer import pgbouncer_program
from tests.topology.processes import caddy_program

SMALL = Effort(requests=16, runs=1)
# The others are measured by `make bench` as well.
ONLY = ("message", "answer", "list")
FEW = {"WORKER_PROCESSES": "1"}


@pytest.fixture
def servers(transactional_db: None, tmp_path: Path) -> Servers:
    """Those of the tests."""
    # What the migrations filled in is gone after the first test that empties the tables.
    import_module("messenger.migrations.0003_groups").make_groups(apps, None)
    backend = connection.connection.info.backend_pid
    cache = get_redis_connection("default").info("server")["process_id"]
    heads = {"postgres": psutil.Process(backend).ppid(), "valkey": cache}
    return Servers(tmp_path, database_url(), os.environ["REDIS_URL"], heads, dict(FEW))


@pytest.mark.skipif(
    not (caddy_program() and pgbouncer_program()), reason="needs Caddy and PgBouncer (scripts/)"
)
def test_measures_by_number_of_processes_and_behind_a_pooler(servers: Servers) -> None:
    with servers.running("web"):
        shop = workloads.open_shop(servers)
    wanted = many.Wanted(shop, answers.hire(servers, shop), SMALL, ONLY)
    with many.pooler_of(servers) as pooler:
        rows = list(many.compared(servers, wanted, [1], pooler))[len(many.HEAD) :]
    cells = [dict(zip(many.TITLES, row[2:-2].split(" | "), strict=True)) for row in rows]
    assert [(cell[""], cell["of each"]) for cell in cells] == [(title, "1") for title in ONLY]
    assert all(cell["pgbouncer"] for cell in cells)
    assert all(float(cell["requests/s"]) > 0 for cell in cells)
    assert servers.settings == FEW


def test_without_a_program_it_says_how_to_get_it() -> None:
    with pytest.raises(SystemExit, match="scripts/caddy"):
        many.required(None, "Caddy", "scripts/caddy")
