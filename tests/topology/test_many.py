"""Many machines: each process has an address of its own, and they share one PgBouncer, PostgreSQL and Valkey alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.topology import faults
from tests.topology.conftest import Load, Topology
from tests.topology.pgbouncer import PgBouncer, pgbouncer_program
from tests.topology.processes import Process, Proxy, running

pytestmark = pytest.mark.django_db(transaction=True)

MACHINES = {"web": 3, "bodies": 2, "stream": 2, "worker": 2}


@pytest.fixture
def pgbouncer(tmp_path: Path) -> Iterator[PgBouncer]:
    program = pgbouncer_program()
    if program is None:
        pytest.skip("there is no PgBouncer: scripts/pgbouncer installs it")
    pooler = PgBouncer(program, tmp_path)
    with running(pooler):
        yield pooler


@pytest.fixture
def topology(
    caddy: str, roles: None, own_redis: Redis, tmp_path: Path, pgbouncer: PgBouncer
) -> Iterator[Topology]:
    """Instead of the one on a single machine."""
    settings = {"DATABASE_URL": pgbouncer.url, "DATABASE_TRANSACTION_POOLING": "1"}
    found: dict[str, list[Process]] = {name: [] for name in MACHINES}
    for number, name in enumerate(name for name, count in MACHINES.items() for _ in range(count)):
        found[name].append(Process(name, tmp_path, settings=settings, host=f"127.0.7.{number + 1}"))
    addresses = {name: [process.address for process in found[name]] for name in ("web", "bodies", "stream")}
    system = Topology(Proxy(caddy, tmp_path, **addresses), **found)
    with running(*system.all):
        yield system


def test_nothing_depends_on_one_process(topology: Topology, load: Load, pgbouncer: PgBouncer) -> None:
    faults.talk(load)
    for victim in topology.first_of_each:
        faults.kill_and_restart([victim], load)
    faults.kill_and_restart([pgbouncer], load)
    faults.talk(load)
    # What was put up last is alone for a while.
    faults.kill_and_restart(
        [*topology.web[1:], topology.bodies[1], topology.stream[1], topology.worker[1]], load
    )
    faults.talk(load)
    load.end()
    faults.assert_all_is_well(load)
    log = "".join(process.log for process in topology.all)
    assert "prepared statement" not in log
    assert "cursor" not in log
