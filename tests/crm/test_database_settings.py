"""What is told to the database's driver, with and without a pooler; which commands go around it."""

import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.crm.test_settings_checks import run
from tests.stream.server import database_url

FILE = Path(settings.BASE_DIR) / "crm" / "database_settings.py"
POOLER = "postgresql://messenger@pgbouncer:6432/messenger"
DIRECT = "postgresql://messenger@db:5432/messenger"
POOLING = {"DATABASE_URL": POOLER, "DATABASE_TRANSACTION_POOLING": "1"}
type Read = Callable[..., tuple[dict[str, Any], list[str]]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The database and the ids of what is wrong, as `manage.py command` finds them."""

    def read(command: str, **environment: str) -> tuple[dict[str, Any], list[str]]:
        monkeypatch.delitem(sys.modules, "crm.environment", raising=False)
        monkeypatch.setattr(sys, "argv", ["manage.py", command])
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        found = runpy.run_path(str(FILE))
        return found["database"](), [problem.check_id for problem in found["ENVIRONMENT"].problems]

    return read


def test_without_a_pooler_the_hot_path_is_prepared(read: Read) -> None:
    database, problems = read("migrate", DATABASE_URL=DIRECT)
    assert database["OPTIONS"]["prepare_threshold"] > 1000
    assert not database["DISABLE_SERVER_SIDE_CURSORS"]
    assert problems == []


def test_behind_a_pooler_nothing_stays_in_a_session(read: Read) -> None:
    database, problems = read("qcluster", **POOLING)
    assert (database["HOST"], database["OPTIONS"]["prepare_threshold"]) == ("pgbouncer", None)
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert problems == []


@pytest.mark.parametrize("command", ["migrate", "backup_messenger", "restore_messenger", "dbshell"])
def test_what_needs_a_session_goes_around_the_pooler(read: Read, command: str) -> None:
    database, problems = read(command, **POOLING, DATABASE_DIRECT_URL=DIRECT)
    assert (database["HOST"], database["PORT"]) == ("db", 5432)
    assert database["OPTIONS"]["prepare_threshold"] > 1000
    assert problems == []
    assert read(command, DATABASE_DIRECT_URL="")[1] == ["crm.E021"]


def test_everything_else_goes_through_it(read: Read) -> None:
    database, problems = read("qcluster", **POOLING, DATABASE_DIRECT_URL=DIRECT)
    assert database["HOST"] == "pgbouncer"
    assert problems == []


@pytest.mark.django_db(transaction=True)
def test_migrate_runs_around_the_pooler_and_not_without_an_address() -> None:
    nowhere = {"DATABASE_URL": "postgresql://messenger@127.0.0.1:1/none", "DATABASE_TRANSACTION_POOLING": "1"}
    refused = run(["manage.py", "migrate", "--plan"], **nowhere)
    assert refused.returncode == 1
    assert "crm.E021" in refused.stderr
    done = run(["manage.py", "migrate", "--plan"], **nowhere, DATABASE_DIRECT_URL=database_url())
    assert "No planned migration operations" in done.stdout, done.stderr
