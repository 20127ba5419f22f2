"""Sheets as files: CSV and XLSX with words for people, JSON with names and codes for programs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import orjson
from django.utils import timezone, translation

from messenger.lib.spreadsheet import Row, csv_pieces, xlsx_file
from messenger.services.exporting.sheet import Column

type Columns = Sequence[Column[Any]]
type Batches = Iterable[list[Any]]

# Excel splits a file at the sign that the reader's language lists with: where the comma parts decimals, at this one.
LIST_SEPARATORS = {"ru": ";"}


def as_csv(columns: Columns, batches: Batches) -> Iterator[str]:
    separator = LIST_SEPARATORS.get((translation.get_language() or "")[:2], ",")
    return csv_pieces(_titles(columns), _for_people(columns, batches), delimiter=separator)


def as_xlsx(columns: Columns, batches: Batches) -> IO[bytes]:
    return xlsx_file(_titles(columns), _for_people(columns, batches))


def as_json(columns: Columns, batches: Batches) -> Iterator[bytes]:
    """An array of objects, in pieces."""
    zone, mark = timezone.get_current_timezone(), b"["
    for batch in batches:
        with timezone.override(zone):
            rows = [{column.name: column.value(row) for column in columns} for row in batch]
        yield mark + b",".join(b"\n" + orjson.dumps(row) for row in rows)
        mark = b","
    yield b"[]\n" if mark == b"[" else b"\n]\n"


def _titles(columns: Columns) -> list[str]:
    return [str(column.title) for column in columns]


def _for_people(columns: Columns, batches: Batches) -> Iterator[list[Row]]:
    """In the language and the time zone of whoever asked: a stream is read when the request is over already."""
    language, zone = translation.get_language(), timezone.get_current_timezone()
    for batch in batches:
        with translation.override(language), timezone.override(zone):
            rows: list[Row] = [[column.for_people(row) for column in columns] for row in batch]
        yield rows
