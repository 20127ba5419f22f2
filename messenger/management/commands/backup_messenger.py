"""Makes a back-up of database and files; docs/operations/backup.md tells when and where to."""

import signal
import sys
import threading
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messenger.lib import clock
from messenger.services.backup.errors import BackupError, told_plainly
from messenger.services.backup.making import Made, make, remove_all_but
from messenger.services.backup.record import note

_SHOWN = 10
# The back-up is there, and something that it should hold is not.
INCOMPLETE = 3


class Command(BaseCommand):
    help = "Makes a back-up of database and files: a new folder, whole or not there at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--to", metavar="FOLDER", help="Where the new folder is made; not on this disk alone."
        )
        what.add_argument(
            "--made-otherwise",
            action="store_true",
            help="Make none, and note for the diagnosis that one was made now by other means.",
        )
        parser.add_argument(
            "--files",
            choices=["copy", "list"],
            help="Copy the files, or only look whether all are there. Default: copied from a disk, listed in a bucket.",
        )
        parser.add_argument(
            "--keep", type=int, metavar="N", help="Afterwards remove all but the newest N here."
        )
        parser.add_argument("--programs", metavar="FOLDER", help="Where pg_dump is, if not in PATH.")

    def handle(self, *args: Any, to: str | None, files: str | None, keep: int | None, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep needs a number from 1.")
        begun_at = clock.now()
        if to is None:
            self._note(begun_at, "made otherwise")
            return
        end_in_order()
        programs = options["programs"]
        try:
            with told_plainly():
                made = make(
                    Path(to),
                    copy_files=None if files is None else files == "copy",
                    folder_of_programs=Path(programs) if programs else None,
                )
        except BackupError as error:
            raise CommandError(str(error)) from error
        self._tell(made)
        self._note(begun_at, made.folder.name)
        if keep is not None:
            self._remove_all_but(Path(to), keep)
        self._complain(made)

    def _note(self, begun_at: datetime, said: str) -> None:
        if not note(begun_at=begun_at, said=said):
            self.stderr.write(
                "The database doesn't take a note of it: the diagnosis will tell of an older one."
            )

    def _remove_all_but(self, target: Path, kept: int) -> None:
        try:
            removed = remove_all_but(target, kept)
        except OSError as error:
            raise CommandError(f"The back-up is made, but an older one can't be removed: {error}.") from error
        for folder in removed:
            self.stdout.write(f"Removed: {folder}")

    def _tell(self, made: Made) -> None:
        self.stdout.write(f"Made: {made.folder}")
        for name, part in made.manifest.parts.items():
            self.stdout.write(f"  {name}: {part.bytes} bytes")
        self.stdout.write(f"  {', '.join(f'{count} {name}' for name, count in made.manifest.counts.items())}")

    def _complain(self, made: Made) -> None:
        """Last of all, with a status of its own: the back-up is good, but the storage isn't."""
        faults = [f"missing: {name}" for name in made.faults.missing]
        faults += [f"damaged: {name}" for name in made.faults.changed]
        if faults:
            shown = "\n  ".join(faults[:_SHOWN])
            raise CommandError(
                f"The back-up is made, but {len(faults)} files that the database names are not as they should be:"
                f"\n  {shown}",
                returncode=INCOMPLETE,
            )


def end_in_order() -> None:
    """SIGTERM unwinds like Ctrl+C, so that what is half done is cleared away."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
