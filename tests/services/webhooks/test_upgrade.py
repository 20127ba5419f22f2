"""An installation with millions of messages is upgraded while its visitors write."""

from importlib import import_module
from pathlib import Path

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import connection, migrations
from django.db.migrations.operations.base import Operation

import messenger.migrations

LARGE = {"message", "conversation", "conversationevent", "contact", "attachment"}
# What was released before is as it is.
FIRST = "0016"


def operations() -> list[tuple[str, Operation]]:
    folder = Path(next(iter(messenger.migrations.__path__)))
    names = sorted(path.stem for path in folder.glob("[0-9]*.py") if path.stem >= FIRST)
    found = [(name, import_module(f"messenger.migrations.{name}").Migration) for name in names]
    made = {
        one.name.lower()
        for _, migration in found
        for one in migration.operations
        if isinstance(one, migrations.CreateModel)
    }
    assert not made & LARGE
    return [(name, one) for name, migration in found for one in migration.operations]


def test_no_check_of_a_large_table_is_validated_under_its_lock() -> None:
    adding = [
        one
        for _, one in operations()
        if isinstance(one, migrations.AddConstraint) and one.model_name_lower in LARGE
    ]
    assert [one for one in adding if not isinstance(one, AddConstraintNotValid)] == []


def test_each_can_be_taken_back() -> None:
    assert [(name, one) for name, one in operations() if not one.reversible] == []


@pytest.mark.django_db
def test_in_the_end_all_checks_hold() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated")
        assert cursor.fetchall() == []
