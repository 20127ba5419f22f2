"""Fills an empty database with the demo's data, and tells how to log in."""

import json
import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.demo_data.loading import ForeignDataError, load


class Command(BaseCommand):
    help = "Loads the demo's data: branches, people, inboxes, some months of conversations. Again: changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, help="File for the widget tokens and log-ins, as JSON.")
        parser.add_argument(
            "--force", action="store_true", help="Load beside data that the demo did not make."
        )

    def handle(self, *args: Any, output: Path | None, force: bool, **options: Any) -> None:
        try:
            demo = load(force=force).as_json()
        except ForeignDataError as error:
            raise CommandError(
                f"The database has {error} already that the demo did not make: nothing was loaded (--force does it)."
            ) from error
        if output:
            try:
                write_private(output, json.dumps(demo, indent=2, ensure_ascii=False) + "\n")
            except OSError as error:
                raise CommandError(f"{output} can't be written: {error.strerror}.") from error
        for account in (demo["admin"], *demo["operators"]):
            place = account.get("branch", "administrator")
            self.stdout.write(f"{account['username']:<12}{account['password']}  {place}")


def write_private(path: Path, text: str) -> None:
    """Writes the file whole or not at all, for its owner only."""
    number, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(unfinished).replace(path)
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise
