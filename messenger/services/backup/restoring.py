"""Restores a back-up into an empty database, and its files beside it.

Everything that can refuse does so before anything is written. Files come first: they do no harm without their rows.
The database comes in one transaction, whole or not at all. What follows (migrations, ids, deliveries) can be repeated:
a mark in the database lets the same command go on after it was broken off, and lets no back-up be made of it meanwhile.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from messenger.services.backup import database, holding, keys, manifest, named_files, programs, snapshot
from messenger.services.backup.errors import BackupError
from messenger.services.backup.holding import Held
from messenger.services.backup.making import whole
from messenger.services.backup.manifest import DATABASE, FILES, LIST, Manifest

logger = logging.getLogger(__name__)

type Say = Callable[[str], object]

_OPTIONS = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments"]


class Restored(NamedTuple):
    """`held` is None where deliveries were left to go out; `lost` are files that no storage has."""

    counts: dict[str, int]
    held: Held | None
    lost: list[str]
    unreadable_factors: int


class Checked(NamedTuple):
    """A back-up that this code can restore, and what is to be said of it."""

    manifest: Manifest
    warnings: list[str]


def check(folder: Path) -> Checked:
    """Reads all of it, and touches no database. Raises BackupError."""
    if not (folder / manifest.NAME).exists() and folder.is_dir() and (inside := whole(folder)):
        raise BackupError(f"{folder} holds several back-ups: name one of them, such as {inside[0]}.")
    told = manifest.read(folder)
    _refuse_newer(told)
    manifest.check_parts(told, folder)
    warnings = []
    if not keys.is_known(told.key):
        warnings.append(
            "SECRET_KEY is another one than that of the back-up, and not among SECRET_KEY_FALLBACKS: second factors "
            "won't open, links and log-ins from before are void. Set the former key if you have it."
        )
    return Checked(told, warnings)


def restore(folder: Path, *, hold: bool, folder_of_programs: Path | None, say: Say) -> Restored:
    """Raises BackupError; the database is empty then, or marked, and the same call goes on."""
    goes_on = _is_ours_to_fill(folder)
    told, warnings = check(folder)
    at_least = max(told.program_major, database.major())
    program = programs.find("pg_restore", at_least=at_least, folder=folder_of_programs)
    _refuse_older_server(told)
    for warning in [*warnings, *_about_locale(told)]:
        say(f"Warning: {warning}")
    if told.files_copied:
        say(f"Files written: {named_files.put_back(folder / FILES)}.")
    if not goes_on:
        database.begin(told.parts[DATABASE].sha256)
        programs.run(program, [*_OPTIONS, str(folder / DATABASE)])
        say("The database is restored.")
        _compare(told)
    return finish(hold=hold, say=say)


def finish(*, hold: bool, say: Say) -> Restored:
    """What comes after the database is back, by whichever way. It can be repeated."""
    holding.forget_hints()
    call_command("migrate", interactive=False, verbosity=0)
    say("Migrations are those of this version.")
    held = holding.hold_deliveries() if hold else None
    database.leave_ids_out()
    database.analyze()
    restored = Restored(snapshot.counts(), held, _lost(), keys.unreadable_factors())
    database.finish()
    logger.info("A database was restored")
    return restored


def _lost() -> list[str]:
    with TemporaryDirectory() as folder, transaction.atomic():
        names = Path(folder, LIST)
        snapshot.write_names(names)
        return named_files.look_for_all(names).missing


def _is_ours_to_fill(folder: Path) -> bool:
    """Whether a restore of this back-up goes on behind its largest step. Raises BackupError for what isn't ours."""
    there, begun = database.some_relations(), database.began_here()
    if there and begun is not None and begun != manifest.read(folder).parts[DATABASE].sha256:
        raise BackupError("A restore of another back-up began in this database: make it anew.")
    if there and begun is None:
        raise BackupError(
            f"The database {connection.settings_dict['NAME']} is not empty (it has {', '.join(there)}): a back-up is "
            "restored into an empty one alone."
        )
    return bool(there)


def _refuse_newer(told: Manifest) -> None:
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations or ()) | set(loader.replacements)
    unknown = [
        (app, name) for app, names in told.migrations.items() for name in names if (app, name) not in known
    ]
    if unknown:
        app, name = unknown[-1]
        raise BackupError(
            f"The back-up is of a newer version ({told.version}, with the migration {app}.{name}): restore it by that "
            "one."
        )


def _refuse_older_server(told: Manifest) -> None:
    if database.major() < told.postgres:
        raise BackupError(
            f"The back-up is of PostgreSQL {told.postgres}, and this server is {database.major()}: an older one does "
            "not know all that a newer one writes."
        )


def _about_locale(told: Manifest) -> list[str]:
    if (here := database.locale()) == told.locale:
        return []
    return [f"The database sorts by “{here}”, and the one of the back-up did by “{told.locale}”."]


def _compare(told: Manifest) -> None:
    """What was counted then must be here now."""
    found = snapshot.counts()
    if found != dict(told.counts):
        raise BackupError(f"The database holds {found}, and the back-up {dict(told.counts)}.")
