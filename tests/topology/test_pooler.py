"""Behind a pooler that gives each transaction another session: what would stay in one isn't used."""

import runpy
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from crm.database_outage import Outage, is_outage
from crm.models import Region
from messenger.lib.advisory_lock import is_free, try_lock
from messenger.lib.sql import fetch_all
from messenger.lib.time_limit import within
from tests.stream.server import ROOT
from tests.topology.pgbouncer import PgBouncer, pgbouncer_program
from tests.topology.processes import running

pytestmark = pytest.mark.django_db(transaction=True)

SESSIONS = 3
NAME = "one of the regions"
type Start = Callable[..., PgBouncer]


@pytest.fixture
def start(transactional_db: None, tmp_path: Path) -> Iterator[Start]:
    """Puts up a PgBouncer."""
    program = pgbouncer_program()
    if program is None:
        pytest.skip("there is no PgBouncer: scripts/pgbouncer installs it")
    with ExitStack() as started:

        def start(**settings: str) -> PgBouncer:
            pooler = PgBouncer(program, tmp_path, **settings)
            started.enter_context(running(pooler))
            return pooler

        yield start


@pytest.fixture
def go_through(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Leads the default connection through a pooler, by the settings that a process would have."""
    direct = connections["default"]

    def go_through(pooler: PgBouncer, *, told: bool = True) -> None:
        monkeypatch.setenv("DATABASE_URL", pooler.url)
        monkeypatch.setenv("DATABASE_TRANSACTION_POOLING", str(int(told)))
        monkeypatch.setenv("DATABASE_POOL_SIZE", "0")
        monkeypatch.delitem(sys.modules, "crm.environment", raising=False)
        found = runpy.run_path(str(ROOT / "crm" / "database_settings.py"))["database"]()
        pooled = direct.copy()
        pooled.settings_dict.update(found)
        pooled.settings_dict["OPTIONS"] = found["OPTIONS"]
        connections["default"] = pooled

    yield go_through
    if (pooled := connections["default"]) is not direct:
        pooled.close()
    connections["default"] = direct


@pytest.fixture
def pooled(start: Start, go_through: Callable[..., None]) -> PgBouncer:
    pooler = start()
    go_through(pooler)
    open_sessions(pooler)
    return pooler


@pytest.fixture
def untold(start: Start, go_through: Callable[..., None]) -> PgBouncer:
    """The processes don't know of the pooler: what would happen then."""
    pooler = start()
    go_through(pooler, told=False)
    open_sessions(pooler)
    return pooler


def open_sessions(pooler: PgBouncer) -> None:
    """So many that who comes next gets another one each time."""
    with ExitStack() as clients:
        for client in [clients.enter_context(psycopg.connect(pooler.url)) for _ in range(SESSIONS)]:
            client.execute("SELECT 1")


def ask(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def fill_regions() -> None:
    Region.objects.bulk_create(Region(name=f"{NAME} {number}") for number in range(20))


def read_regions() -> int:
    return len(list(Region.objects.filter(name__startswith=NAME).iterator(chunk_size=5)))


def test_each_transaction_has_another_session(pooled: PgBouncer) -> None:
    assert len({ask("SELECT pg_backend_pid()") for _ in range(2 * SESSIONS)}) == SESSIONS


def test_nothing_is_prepared(pooled: PgBouncer) -> None:
    assert [fetch_all("SELECT %s::int", [n]) for n in range(9)] == [[(n,)] for n in range(9)]
    assert {ask("SELECT count(*) FROM pg_prepared_statements") for _ in range(SESSIONS)} == {0}


def test_untold_it_would_be(untold: PgBouncer) -> None:
    with pytest.raises(DatabaseError, match="prepared statement"):
        _ = [fetch_all("SELECT %s::int", [number]) for number in range(9)]


def test_rows_come_in_batches(pooled: PgBouncer) -> None:
    fill_regions()
    assert read_regions() == 20


def test_untold_the_second_batch_would_be_asked_of_somebody_else(untold: PgBouncer) -> None:
    fill_regions()
    with pytest.raises(DatabaseError, match="portal"):
        read_regions()


def test_turn_is_one_process_s_and_ends(pooled: PgBouncer) -> None:
    for _ in range(SESSIONS):
        with try_lock("a turn") as is_ours:
            assert is_ours
            assert not any(is_free("a turn") for _ in range(2 * SESSIONS))
    assert is_free("a turn")
    assert ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


def test_what_another_client_sets_is_not_ours(pooled: PgBouncer) -> None:
    with psycopg.connect(pooled.url, autocommit=True) as other:
        for _ in range(SESSIONS):
            other.execute("SELECT set_config('TimeZone', 'Asia/Tokyo', false)")
        zones = {ask("SELECT current_setting('TimeZone')") for _ in range(2 * SESSIONS)}
    assert zones == {"UTC"}


def test_time_limit_ends_with_its_transaction(pooled: PgBouncer) -> None:
    with within(1234):
        assert ask("SELECT current_setting('statement_timeout')") == "1234ms"
    assert {ask("SELECT current_setting('statement_timeout')") for _ in range(2 * SESSIONS)} == {"0"}


def test_a_database_that_is_away_is_told_of_within_seconds(
    start: Start, go_through: Callable[..., None]
) -> None:
    go_through(start(server="127.0.0.1:1", query_wait_timeout="2"))
    assert_outage("server|timeout|closed")


def test_waiting_for_a_session_has_an_end(start: Start, go_through: Callable[..., None]) -> None:
    pooler = start(default_pool_size="1", query_wait_timeout="2")
    go_through(pooler)
    ask("SELECT 1")
    with psycopg.connect(pooler.url) as busy:
        busy.execute("SELECT 1")
        assert_outage("query_wait_timeout")
    assert_comes_back(connection)


def test_a_pooler_without_room_says_so(start: Start, go_through: Callable[..., None]) -> None:
    pooler = start(max_client_conn="1")
    go_through(pooler)
    refused = Outage()
    with psycopg.connect(pooler.url):
        refused.remember(assert_outage("no more connections"))
    assert refused.lacks_connections


def assert_outage(words: str) -> DatabaseError:
    began = time.monotonic()
    with pytest.raises(DatabaseError, match=words) as caught:
        ask("SELECT 1")
    assert is_outage(caught.value)
    assert time.monotonic() - began < 8
    return caught.value


def assert_comes_back(ours: BaseDatabaseWrapper) -> None:
    ours.close()
    assert ask("SELECT 1") == 1
