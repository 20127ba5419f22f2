"""One table for all kinds of files: a head, and rows as long as the head."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from messenger.admin.exchange.reading.delimited import rows_of_csv
from messenger.admin.exchange.reading.errors import Unreadable
from messenger.admin.exchange.reading.limits import CELL_LENGTH, COLUMNS, ROWS
from messenger.admin.exchange.reading.objects import rows_of_json
from messenger.admin.exchange.reading.workbook import rows_of_xlsx
from messenger.lib.spreadsheet import unescaped, unescaped_in_csv

READERS: dict[str, Callable[[bytes], Iterable[Sequence[Any]]]] = {
    "csv": rows_of_csv,
    "xlsx": rows_of_xlsx,
    "json": rows_of_json,
}
UNESCAPED: dict[str, Callable[[str], str]] = {"csv": unescaped_in_csv, "xlsx": unescaped, "json": str}
EMPTY = frozenset({None, ""})


class Table(NamedTuple):
    """`rows` have the numbers that they have in a spreadsheet, where the head is the first."""

    head: list[str]
    rows: list[tuple[int, list[str]]]


def read(content: bytes, kind: str) -> Table:
    """Raises Unreadable."""
    numbered = _bounded(READERS[kind](content), UNESCAPED[kind])
    _number, head = next(numbered, (0, []))
    if not any(head):
        raise Unreadable(_("The file is empty."))
    rows = [(number, _as_long(row, head)) for number, row in numbered]
    if not rows:
        raise Unreadable(_("The file has no rows beside its head."))
    return Table(head, rows)


def _bounded(
    rows: Iterable[Sequence[Any]], unescape: Callable[[str], str]
) -> Iterator[tuple[int, list[str]]]:
    """Without empty rows, as texts."""
    found = 0
    for number, row in enumerate(rows, 1):
        if EMPTY.issuperset(row):
            continue
        cells = [unescape(_text(value)) for value in row[:COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        found += 1
        if any(row[COLUMNS:]):
            raise Unreadable(_("The file has more than %(most)d columns.") % {"most": COLUMNS})
        if found > ROWS + 1:
            most = number_format(ROWS, force_grouping=True)
            raise Unreadable(_("The file has more than %(most)s rows. Please divide it.") % {"most": most})
        yield number, cells


def _as_long(row: list[str], head: list[str]) -> list[str]:
    """Cells beyond the head belong to nothing: a delimiter too many shifts a row, and must not pass unseen."""
    if any(row[len(head) :]):
        raise Unreadable(_("A row has more cells than the head: “%(cell)s…”.") % {"cell": row[0][:40]})
    return [*row[: len(head)], *[""] * (len(head) - len(row))]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ")
    text = str(value)
    if "\0" in text:
        raise Unreadable(_("The file holds signs that belong to no text."))
    if len(text) > CELL_LENGTH:
        most = number_format(CELL_LENGTH, force_grouping=True)
        raise Unreadable(_("A cell has more than %(most)s characters.") % {"most": most})
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
