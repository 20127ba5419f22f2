"""One moment of the database: what pg_dump copies, what is counted and which files are named are of the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from crm.models import User
from messenger.models import Attachment, Contact, Conversation, Message
from messenger.services.backup import database
from messenger.services.backup.errors import BackupError
from messenger.services.backup.hashing import NewFile, Part
from messenger.services.backup.named_files import named_now

_COUNTED: dict[str, type[Model]] = {
    "users": User,
    "contacts": Contact,
    "conversations": Conversation,
    "messages": Message,
    "attachments": Attachment,
}


class Snapshot(NamedTuple):
    """`name` is what another connection looks through."""

    name: str
    postgres: int
    locale: str
    migrations: dict[str, list[str]]
    counts: dict[str, int]


@contextmanager
def taken() -> Iterator[Snapshot]:
    """For as long as the block lasts nothing in the database is cleaned up behind it: it is kept short."""
    if database.began_here() is not None:
        raise BackupError("A restore into this database was broken off: let it finish first.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            name = cursor.fetchone()[0]
        yield Snapshot(name, database.major(), database.locale(), applied(), counts())


def applied() -> dict[str, list[str]]:
    """Migrations by app."""
    names: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        names.setdefault(app, []).append(name)
    return names


def counts() -> dict[str, int]:
    return {name: model._default_manager.count() for name, model in _COUNTED.items()}  # noqa: SLF001


def write_names(path: Path) -> Part:
    with NewFile(path) as file:
        for one in named_now():
            file.write(f"{' '.join(one)}\n".encode())
        return file.whole()
