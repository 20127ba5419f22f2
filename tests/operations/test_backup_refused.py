"""What a restore refuses, before it writes anything."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from messenger.models import Conversation
from messenger.services.backup import database, making, manifest
from messenger.services.backup.making import Made
from tests.operations.databases import Databases
from tests.operations.programs import stand_in

type Strike = Callable[[], Made]


def restore(folder: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("restore_messenger", "--from", str(folder), *options, stdout=out)
    return out.getvalue()


def refused(folder: Path, *options: str) -> str:
    with pytest.raises(CommandError) as caught:
        restore(folder, *options)
    return str(caught.value)


def retell(made: Made, **values: Any) -> None:
    path = made.folder / manifest.NAME
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def is_untouched(folder: Path) -> bool:
    return not database.some_relations() and database.began_here() is None and not list(folder.iterdir())


def test_a_database_that_is_not_empty(
    conversation: Conversation, databases: Databases, backups: Path
) -> None:
    made = making.make(backups)
    sentence = refused(made.folder)
    assert sentence.startswith(f"The database {databases.home} is not empty (it has public.")
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("name", [manifest.DATABASE, manifest.FILES, manifest.LIST])
def test_a_byte_that_is_another_one(
    name: str, conversation: Conversation, disaster: Strike, folder: Path
) -> None:
    part = disaster().folder / name
    data = bytearray(part.read_bytes() or b"x")
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    assert refused(part.parent).startswith(f"{part} is damaged: ")
    assert is_untouched(folder)


def test_a_part_that_is_missing(disaster: Strike, folder: Path) -> None:
    made = disaster()
    (made.folder / manifest.DATABASE).unlink()
    assert refused(made.folder).endswith(f"{manifest.DATABASE} can't be read: No such file or directory.")
    assert is_untouched(folder)


def test_a_newer_version(disaster: Strike, folder: Path) -> None:
    made = disaster()
    migrations = {**made.manifest.migrations}
    migrations["messenger"] = [*migrations["messenger"], "9000_later"]
    retell(made, migrations=migrations, version="9.0")
    assert refused(made.folder).startswith(
        "The back-up is of a newer version (9.0, with the migration messenger.9000"
    )
    assert is_untouched(folder)


def test_a_newer_server(disaster: Strike, folder: Path) -> None:
    made = disaster()
    retell(made, postgres=90)
    assert "of PostgreSQL 90, and this server is" in refused(made.folder)
    assert is_untouched(folder)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 1}', '{"format": 2}', '{"format": 1, "parts": {}}']
)
def test_a_manifest_that_says_nothing_of_use(text: str, disaster: Strike) -> None:
    made = disaster()
    (made.folder / manifest.NAME).write_text(text)
    assert refused(made.folder)


def test_a_folder_that_is_no_back_up(databases: Databases, tmp_path: Path) -> None:
    databases.go_to(databases.new())
    assert refused(tmp_path).endswith("it is no back-up, or one that was broken off.")


def test_the_folder_of_all_back_ups(disaster: Strike, backups: Path) -> None:
    made = disaster()
    assert refused(backups).endswith(f"name one of them, such as {made.folder}.")


def test_programs_that_are_too_old(disaster: Strike, folder: Path, tmp_path: Path) -> None:
    made = disaster()
    old = stand_in(tmp_path / "old", "pg_restore", version="9.6.1")
    sentence = refused(made.folder, "--programs", str(old))
    assert f"found was: 9.6.1 ({old / 'pg_restore'})" in sentence
    assert is_untouched(folder)


def test_another_key_is_told_of(disaster: Strike, settings: LazySettings) -> None:
    made = disaster()
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another key of 64 letters, which is not that of the back-up 0000"
    assert "SECRET_KEY is another one" in restore(made.folder, "--check")
    settings.SECRET_KEY_FALLBACKS = [former]
    assert "SECRET_KEY" not in restore(made.folder, "--check")


def test_another_way_of_sorting_is_told_of(disaster: Strike) -> None:
    made = disaster()
    retell(made, locale="c ru_RU.utf8 UTF8")
    assert "the one of the back-up did by “c ru_RU.utf8 UTF8”" in restore(made.folder)


def test_a_look_at_a_back_up_changes_nothing(disaster: Strike, folder: Path) -> None:
    made = disaster()
    assert restore(made.folder, "--check").startswith("Good: made ")
    assert is_untouched(folder)


def test_an_older_back_up_is_brought_up(
    conversation: Conversation, databases: Databases, backups: Path
) -> None:
    """Made before the last migrations, restored by the code that has them."""
    databases.go_to(databases.new(template=databases.home))
    call_command("migrate", "messenger", "0021", verbosity=0)
    made = making.make(backups)
    assert made.manifest.migrations["messenger"][-1].startswith("0021")
    databases.go_to(databases.new())
    restore(made.folder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(name) FROM django_migrations WHERE app = 'messenger'")
        assert cursor.fetchone()[0] > "0022"
    assert Conversation.objects.get().pk == conversation.pk
