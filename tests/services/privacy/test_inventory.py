"""Nothing hangs on a contact of which the inventory doesn't say what becomes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Model

from messenger.models import Contact
from messenger.services.privacy.inventory import INVENTORY, Fate


def models_on(model: type[Model]) -> Iterator[type[Model]]:
    """The model and all whose rows point at one of its rows, near or far."""
    yield model
    for relation in model._meta.related_objects:
        if relation.related_model is not model:
            yield from models_on(relation.related_model)


REACHED = {model.__name__: model for model in models_on(Contact)}


def columns_of(model: type[Model]) -> set[str]:
    return {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}


def test_contact_reaches_what_we_think() -> None:
    assert {"Contact", "Conversation", "Message", "Attachment", "Consent", "Mention"} <= set(REACHED)


def test_every_model_that_is_reached_is_listed() -> None:
    assert set(INVENTORY) == set(REACHED)


@pytest.mark.parametrize("name", sorted(REACHED))
def test_every_column_is_listed(name: str) -> None:
    assert set(INVENTORY[name]) == columns_of(REACHED[name])


@pytest.mark.parametrize("name", sorted(INVENTORY))
def test_what_is_left_out_or_stays_has_a_reason(name: str) -> None:
    silent = [
        field
        for field, column in INVENTORY[name].items()
        if (not column.exported or column.fate in {Fate.KEPT, Fate.SCRUBBED}) and not column.why
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(INVENTORY))
def test_names_in_the_export_are_unique(name: str) -> None:
    names = [column.exported for column in INVENTORY[name].values() if column.exported]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", sorted(INVENTORY))
def test_no_column_points_at_a_model_of_somebody_else_without_saying_so(name: str) -> None:
    """A generic relation would be walked by nobody."""
    assert REACHED[name]._meta.private_fields == []


def line(name: str, field: str) -> str:
    """What docs/privacy.md has to say of the column."""
    column = INVENTORY[name][field]
    exported = f"`{column.exported}`" if column.exported else "—"
    return f"| `{name}.{field}` | {exported} | {column.fate} | {column.why} |"


def test_officer_reads_of_every_column() -> None:
    text = (Path(settings.BASE_DIR) / "docs/privacy.md").read_text(encoding="utf-8")
    lines = [line(name, field) for name, columns in INVENTORY.items() for field in columns]
    missing = "\n".join(found for found in lines if found not in text)
    assert missing == ""
