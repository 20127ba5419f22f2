"""The database, from the environment (`crm.settings` takes it all).

A pooler in transaction mode gives each transaction a connection of the server, and takes it away again. Whatever would
stay in a session is lost there, or found by somebody else: prepared statements, cursors, session locks, SET.
"""

import sys
from typing import Any

import dj_database_url

from crm import validators
from crm.environment import ENVIRONMENT

read = ENVIRONMENT.read

# They set what belongs to a session, run for as long as they run, or need the same session throughout.
_AROUND_A_POOLER = ("migrate", "backup_messenger", "restore_messenger", "dbshell")
_command = sys.argv[1] if len(sys.argv) > 1 else ""

DATABASE_URL = read(
    "DATABASE_URL",
    "str",
    "postgresql://messenger@127.0.0.1:5432/messenger",
    "crm.E010",
    "Address of the PostgreSQL database.",
    validate=validators.postgresql_url,
)
DATABASE_POOL_SIZE = read(
    "DATABASE_POOL_SIZE",
    "int",
    16,
    "crm.E011",
    "Connections that one web process may hold; 0 means none are kept.",
    validate=validators.not_negative,
)
DATABASE_TRANSACTION_POOLING = read(
    "DATABASE_TRANSACTION_POOLING",
    "bool",
    False,
    "crm.E020",
    "DATABASE_URL leads to a pooler in transaction mode, such as PgBouncer: nothing is prepared, no cursor is kept.",
)


def _direct_url(value: str) -> None:
    if value:
        validators.postgresql_url(value)
    elif DATABASE_TRANSACTION_POOLING and _command in _AROUND_A_POOLER:
        raise ValueError(f"{_command} needs the address of the database itself, not of the pooler before it.")


DATABASE_DIRECT_URL = read(
    "DATABASE_DIRECT_URL",
    "str",
    "",
    "crm.E021",
    "Address of the database around such a pooler, for migrations, back-ups and restores.",
    validate=_direct_url,
)


def database() -> dict[str, Any]:
    goes_around = bool(DATABASE_DIRECT_URL) and _command in _AROUND_A_POOLER
    found: dict[str, Any] = dict(dj_database_url.parse(DATABASE_DIRECT_URL if goes_around else DATABASE_URL))
    options: dict[str, Any] = found.setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 5)
    options.setdefault("application_name", "messenger")
    if DATABASE_TRANSACTION_POOLING and not goes_around:
        options["prepare_threshold"] = None
        found["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        # Only what asks for it is prepared (messenger.lib.sql): no statement comes this often by itself.
        options.setdefault("prepare_threshold", 1_000_000_000)
    # A restart of the database would cost the worker a task, done again minutes later; who asks by hand asks again.
    found["CONN_HEALTH_CHECKS"] = "qcluster" in sys.argv
    if DATABASE_POOL_SIZE:
        options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 2, "max_idle": 300}
        # Tries wait twice as long each time, and nobody may try beside them: after an outage of minutes the next one
        # would come minutes after its end. Given up, the next request tries at once.
        options["pool"]["reconnect_timeout"] = 1
    else:
        found["CONN_MAX_AGE"] = 60
    return found
