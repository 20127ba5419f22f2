"""Migrations after the last release let the code before them run on: docs/operations/upgrade.md tells the rule."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

# What the last release has; before the first one, what nobody runs yet. Move them up with each release.
RELEASED = {"crm": 4, "messenger": 21}
# Migrations that take away what no code of the last release uses any more, each with the release that stopped using it.
CONTRACTING: dict[tuple[str, str], str] = {}
HARMLESS = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.RunPython,
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
PLAIN = "its author has to say in CONTRACTING why the running code bears it"


def faults(operations: list[Operation]) -> Iterator[str]:
    """Why code that doesn't know of these operations, or a table that is being written, would suffer.

    New tables are nobody's yet: whatever is done to them in the same migration disturbs no one.
    """
    new = {one.name_lower for one in operations if isinstance(one, migrations.CreateModel)}
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from faults(list(operation.database_operations))
        elif not isinstance(operation, HARMLESS) and getattr(operation, "model_name_lower", "") not in new:
            yield from fault(operation)


def fault(operation: Operation) -> Iterator[str]:
    if isinstance(operation, migrations.AddField):
        if not is_bearable(operation.field):
            yield f"{operation.name}: code that doesn't know it inserts NULL; give it db_default or null=True"
    elif isinstance(operation, migrations.AlterField):
        if not operation.field.null and not operation.field.has_db_default():
            yield f"{operation.name}: {PLAIN}, if it had been null or had another type"
    elif isinstance(operation, migrations.AddIndex):
        yield f"{operation.index.name}: AddIndexConcurrently lets others write meanwhile"
    elif isinstance(operation, migrations.AddConstraint):
        if isinstance(operation.constraint, models.CheckConstraint):
            yield f"{operation.constraint.name}: AddConstraintNotValid, and ValidateConstraint in a migration after it"
        else:
            yield f"{operation.constraint.name}: {PLAIN}"
    elif isinstance(operation, migrations.RunSQL):
        if operation.reverse_sql is None:
            yield "RunSQL without a way back"
    else:
        yield f"{type(operation).__name__}: {PLAIN}"


def is_bearable(field: Any) -> bool:
    return bool(field.null or field.has_db_default() or field.many_to_many)


def new_migrations() -> list[Any]:
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [one for (app, name), one in found.items() if int(name[:4]) > RELEASED.get(app, 9999)]


def test_new_migrations_let_the_code_before_them_run_on() -> None:
    found = {
        f"{one.app_label}.{one.name}": list(faults(one.operations))
        for one in new_migrations()
        if (one.app_label, one.name) not in CONTRACTING
    }
    assert {name: said for name, said in found.items() if said} == {}


def test_each_migration_has_a_way_back() -> None:
    one_way = [
        f"{one.app_label}.{one.name}: {operation.describe()}"
        for one in new_migrations()
        for operation in one.operations
        if not operation.reversible
    ]
    assert one_way == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("message", "body"),
        migrations.DeleteModel("message"),
        migrations.RenameField("message", "body", "text"),
        migrations.RenameModel("message", "letter"),
        migrations.AlterModelTable("message", "letters"),
        migrations.AddField("message", "mood", models.TextField()),
        migrations.AddField("message", "mood", models.TextField(default="")),
        migrations.AlterField("message", "mood", models.TextField()),
        migrations.AddIndex("message", models.Index(fields=["mood"], name="mood")),
        migrations.AddConstraint("message", models.CheckConstraint(condition=models.Q(pk=1), name="one")),
        migrations.AddConstraint("message", models.UniqueConstraint(fields=["mood"], name="once")),
        migrations.RunSQL("DROP TABLE messenger_message"),
        migrations.SeparateDatabaseAndState([migrations.RemoveField("message", "body")]),
    ],
)
def test_what_would_stop_running_code_is_found(operation: Operation) -> None:
    assert len(list(faults([operation]))) == 1


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("message", "mood", models.TextField(db_default=""))],
        [migrations.AddField("message", "mood", models.TextField(null=True))],
        [migrations.CreateModel("mood", []), migrations.AddField("mood", "name", models.TextField())],
        [AddConstraintNotValid("message", models.CheckConstraint(condition=models.Q(pk=1), name="one"))],
        [AddIndexConcurrently("message", models.Index(fields=["mood"], name="mood"))],
        [migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("message", "body")])],
    ],
)
def test_what_running_code_bears_is_let_through(operations: list[Operation]) -> None:
    assert list(faults(operations)) == []
