"""Restores a back-up of `backup_messenger` into an empty database; docs/operations/backup.md has the whole way."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messenger.services.backup.errors import BackupError, told_plainly
from messenger.services.backup.restoring import Restored, check, finish, restore

_SHOWN = 10


class Command(BaseCommand):
    help = "Restores a back-up into an empty database, and its files. Nothing else may run meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--from", dest="source", metavar="FOLDER", help="A folder of backup_messenger.")
        what.add_argument(
            "--restored-otherwise",
            action="store_true",
            help="The database is back by other means (a point in time, a snapshot): only what comes after.",
        )
        parser.add_argument(
            "--check", action="store_true", help="Only read all of it and say whether it is good."
        )
        parser.add_argument(
            "--send-again",
            action="store_true",
            help="Webhooks and mail that waited go out, though they may have gone out before. Default: they are held.",
        )
        parser.add_argument("--programs", metavar="FOLDER", help="Where pg_restore is, if not in PATH.")

    def handle(self, *args: Any, source: str | None, programs: str | None, **options: Any) -> None:
        if options["check"] and not source:
            raise CommandError("--check needs --from.")
        try:
            with told_plainly():
                self._do(source, options, Path(programs) if programs else None)
        except BackupError as error:
            raise CommandError(str(error)) from error

    def _do(self, source: str | None, options: dict[str, Any], programs: Path | None) -> None:
        hold, say = not options["send_again"], self.stdout.write
        if not source:
            self._tell(finish(hold=hold, say=say))
        elif options["check"]:
            self._check(Path(source))
        else:
            self._tell(restore(Path(source), hold=hold, folder_of_programs=programs, say=say))

    def _check(self, folder: Path) -> None:
        found = check(folder)
        for warning in found.warnings:
            self.stdout.write(f"Warning: {warning}")
        self.stdout.write(f"Good: made {found.manifest.made_at} by version {found.manifest.version}.")

    def _tell(self, restored: Restored) -> None:
        self.stdout.write(
            f"Restored: {', '.join(f'{count} {name}' for name, count in restored.counts.items())}."
        )
        if restored.held is not None:
            self.stdout.write(
                f"Held and not sent again: {restored.held.webhooks} webhooks (in the logs of their inboxes, to be "
                f"delivered by hand), {restored.held.mails} mails."
            )
        if restored.unreadable_factors:
            self.stdout.write(
                "Warning: second factors don't open under this SECRET_KEY. Set the one of the back-up, or take the "
                "factors away in the admin's list of users."
            )
        if restored.lost:
            names = "\n  ".join(restored.lost[:_SHOWN])
            self.stdout.write(f"Warning: {len(restored.lost)} files are missing:\n  {names}")
        self.stdout.write("Now empty Redis, then start everything else.")
