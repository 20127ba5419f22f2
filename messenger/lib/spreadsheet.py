"""Tables for spreadsheet programs, row by row: CSV in pieces, XLSX in a temporary file.

A cell that begins like a formula runs in whoever opens the file, and visitors choose their names: such texts get an
apostrophe in front (OWASP, "CSV injection"). `unescaped` takes exactly that one away, so that what was exported can be
imported again. Numbers and times are no texts and stay as they are.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import StringIO
from tempfile import TemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

type Value = str | int | float | bool | datetime | None
type Row = Sequence[Value]

# The wide forms count as well: some programs take them for the narrow ones.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
# What follows a sign that parts cells or lines: a program that takes another sign for it than the file's begins a cell.
_INNER = re.compile(r"(?<=[,;\t\r\n])(?=[\"']*[=+\-@＝＋－＠])")
_INNER_ESCAPED = re.compile(r"(?<=[,;\t\r\n])'(?=[\"']*[=+\-@＝＋－＠])")
# What Excel's cells hold.
CELL_LENGTH = 32_767
BOM = "\ufeff"
MOMENT = "%Y-%m-%d %H:%M:%S"


def escaped(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def escaped_in_csv(text: str) -> str:
    """Beyond `escaped`: Excel parts a file of commas by semicolons where the reader's country does, quotes or not."""
    return escaped(_INNER.sub("'", text))


def unescaped_in_csv(text: str) -> str:
    return _INNER_ESCAPED.sub("", unescaped(text))


def csv_pieces(titles: Sequence[str], batches: Iterable[Iterable[Row]], *, delimiter: str) -> Iterator[str]:
    """The head with the mark by which Excel knows UTF-8, then a piece for each batch."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    yield BOM + _written(buffer, writer, [[escaped(title) for title in titles]])
    for batch in batches:
        yield _written(buffer, writer, ([_csv_cell(value) for value in row] for row in batch))


def _written(buffer: StringIO, writer: Any, rows: Iterable[Row]) -> str:
    writer.writerows(rows)
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _csv_cell(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.strftime(MOMENT)
    return escaped_in_csv(value) if isinstance(value, str) else value


def xlsx_file(titles: Sequence[str], batches: Iterable[Iterable[Row]]) -> IO[bytes]:
    """The whole workbook in a file that is gone when closed; openpyxl holds one row at a time."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    head = []
    for title in titles:
        cell = WriteOnlyCell(sheet, _xlsx_cell(title))
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    for batch in batches:
        for row in batch:
            sheet.append([_xlsx_cell(value) for value in row])
    file = TemporaryFile()  # noqa: SIM115  (whoever gets it closes it)
    book.save(file)
    file.seek(0)
    return file


def _xlsx_cell(value: Value) -> Value:
    """Excel knows no time zones and no control characters."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None, microsecond=0)
    if isinstance(value, str):
        return escaped(ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))[:CELL_LENGTH]
    return value
