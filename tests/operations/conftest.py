"""Databases that come and go beside the one of the tests."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from messenger.services.backup import making
from messenger.services.backup.making import Made
from tests.conftest import empty
from tests.operations.databases import Databases


@pytest.fixture
def databases(transactional_db: None) -> Iterator[Databases]:
    """The default connection leads to them, one after the other, and at the end back to where it led before."""
    # What the migrations filled in is gone after the first test that empties the tables.
    import_module("messenger.migrations.0003_groups").make_groups(apps, None)
    databases = Databases(str(connection.settings_dict["NAME"]))
    yield databases
    databases.drop_all()


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def disaster(databases: Databases, backups: Path, folder: Path) -> Callable[[], Made]:
    """A back-up, and then nothing: another, empty database and a disk without files."""

    def strike() -> Made:
        made = making.make(backups)
        empty(folder)
        databases.go_to(databases.new())
        return made

    return strike
