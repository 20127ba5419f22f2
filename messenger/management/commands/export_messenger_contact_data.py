"""Exports everything that is stored about a contact; docs/privacy.md says when."""

import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.management.base import BaseCommand, CommandError

from crm import audit
from messenger.management.contact_argument import add_contact_argument, contact_named
from messenger.models import Contact
from messenger.services.privacy.archive import write_zip
from messenger.services.privacy.export import write_json


class Command(BaseCommand):
    help = "Writes all data of a contact as JSON, or with its files as a ZIP."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_contact_argument(parser)
        parser.add_argument("--pretty", action="store_true", help="Indented, for people.")
        parser.add_argument(
            "--output", metavar="PATH", help="Write the JSON into this file instead of stdout."
        )
        parser.add_argument(
            "--zip", metavar="PATH", help="Write a ZIP with the JSON and the files of messages."
        )
        parser.add_argument("--reason", default="", help="Why, for the audit.")

    def handle(
        self,
        *args: Any,
        contact_id: str,
        pretty: bool,
        output: str | None,
        zip: str | None,
        reason: str,
        **options: Any,
    ) -> None:
        if output and zip:
            raise CommandError("Give --output or --zip, and not both: the ZIP holds the JSON.")
        contact = contact_named(contact_id)
        # Before the first byte: what was begun may have been read, however it ends.
        audit.record(None, "exported", target=contact, by="command line", reason=reason, with_files=bool(zip))
        try:
            if zip:
                self._zip(contact, Path(zip), pretty)
            elif output:
                with _new_file(Path(output)) as file:
                    write_json(contact.pk, file, pretty=pretty)
            else:
                self._print(contact, pretty)
        except OSError as error:
            raise CommandError(
                f"The export can't be written: {error.strerror or type(error).__name__}."
            ) from error

    def _zip(self, contact: Contact, path: Path, pretty: bool) -> None:
        with _new_file(path) as file:
            missing = write_zip(contact.pk, file, pretty=pretty)
        if missing:
            self.stderr.write(f"{missing} files could not be read: missing.json in the ZIP names them.")

    def _print(self, contact: Contact, pretty: bool) -> None:
        """As bytes where there is a real stdout, so that the terminal's encoding changes nothing."""
        raw = getattr(sys.stdout, "buffer", None) if self.stdout._out is sys.stdout else None  # noqa: SLF001
        if raw is not None:
            write_json(contact.pk, raw, pretty=pretty)
            raw.flush()
            return
        write_json(contact.pk, cast(BinaryIO, _AsText(self.stdout)), pretty=pretty)


class _AsText:
    """Takes bytes for a stream of text; each piece is whole characters."""

    def __init__(self, out: Any) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        self._out.write(data.decode(), ending="")
        return len(data)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """For its owner alone, and under its name only when it is whole."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
