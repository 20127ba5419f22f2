"""Each fault of servers and machine, brought on for as long as a block lasts."""

import contextlib
import resource
import time
from collections.abc import Iterator

import psutil
import psycopg

from crm.database_outage import LINE_SECONDS
from tests.survival.system import APP, System, database_url
from tests.topology.processes import Process
from tests.worker.cluster import wait_until

CONNECTIONS = 12
READ_ONLY = "default_transaction_read_only"


@contextlib.contextmanager
def redis_stopped(system: System) -> Iterator[None]:
    """By SIGKILL; it comes back empty."""
    system.valkey.stop(at_once=True)
    try:
        yield
    finally:
        system.valkey.restart()


@contextlib.contextmanager
def redis_slow(system: System, seconds: float) -> Iterator[None]:
    system.line.seconds = seconds
    try:
        yield
    finally:
        system.line.seconds = 0.0


@contextlib.contextmanager
def redis_full(system: System) -> Iterator[None]:
    with system.redis as redis:
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("maxmemory", "1")
        try:
            yield
        finally:
            redis.config_set("maxmemory", "0")


@contextlib.contextmanager
def database_stopped(system: System, *, at_once: bool) -> Iterator[None]:
    """`at_once`: as a crash; else as an administrator stops it, which cuts all sessions cleanly."""
    # What was said of the one before is said again after a while alone.
    time.sleep(max(0.0, system.database_back_at + LINE_SECONDS - time.monotonic()))
    system.postgres.stop(at_once=at_once)
    try:
        yield
    finally:
        system.postgres.restart()
        system.database_back_at = time.monotonic()


@contextlib.contextmanager
def database_read_only(system: System) -> Iterator[None]:
    """As a replica is, or a server whose disk is about to be full."""
    with psycopg.connect(database_url(system.postgres, "messenger"), autocommit=True) as superuser:
        superuser.execute(f"SET {READ_ONLY} = off")
        _set_read_only(system, superuser, "on")
        try:
            yield
        finally:
            _set_read_only(system, superuser, "off")


def _set_read_only(system: System, superuser: psycopg.Connection[tuple[int]], value: str) -> None:
    superuser.execute(f"ALTER SYSTEM SET {READ_ONLY} = {value}")
    superuser.execute("SELECT pg_reload_conf()")
    wait_until(lambda: _setting_of_the_app(system) == value, f"read-only {value}")


def _setting_of_the_app(system: System) -> str:
    with psycopg.connect(database_url(system.postgres, APP)) as connection:
        return str(connection.execute(f"SHOW {READ_ONLY}").fetchone()[0])  # type: ignore[index]


@contextlib.contextmanager
def no_connections_left(system: System) -> Iterator[None]:
    """Somebody else holds all that the application's role may have."""
    with contextlib.ExitStack() as held:
        superuser = psycopg.connect(database_url(system.postgres, "messenger"), autocommit=True)
        held.enter_context(superuser)
        superuser.execute(f"ALTER ROLE {APP} CONNECTION LIMIT {CONNECTIONS}")
        while True:
            try:
                held.enter_context(psycopg.connect(database_url(system.postgres, APP)))
            except psycopg.OperationalError:
                if not _cut_ours(superuser):
                    break
        try:
            yield
        finally:
            superuser.execute(f"ALTER ROLE {APP} CONNECTION LIMIT -1")


def _cut_ours(superuser: psycopg.Connection[tuple[int]]) -> int:
    """How many connections our processes still had."""
    found = superuser.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'messenger'"
    ).fetchone()
    return found[0] if found else 0


@contextlib.contextmanager
def nothing_fits_on_disk(process: Process, most: int) -> Iterator[None]:
    """No file of the process may grow beyond so many bytes: for root and for everybody, on any machine."""
    limited = [one for one in psutil.process_iter() if _is_of(process, one.pid)]
    usual = [one.rlimit(resource.RLIMIT_FSIZE) for one in limited]
    for one, (_now, hard) in zip(limited, usual, strict=True):
        one.rlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        for one, limits in zip(limited, usual, strict=True):
            one.rlimit(resource.RLIMIT_FSIZE, limits)


def _is_of(process: Process, pid: int) -> bool:
    main = process._running().pid
    with contextlib.suppress(psutil.NoSuchProcess):
        return pid == main or main in [parent.pid for parent in psutil.Process(pid).parents()]
    return False
