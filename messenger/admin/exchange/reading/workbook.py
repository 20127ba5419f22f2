"""XLSX: a ZIP of XML, and so a bomb in many ways. Looked through before openpyxl unpacks anything.

Whatever the archive says of its sizes, zipfile hands out no more than that; no part may declare entities.
"""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from messenger.admin.exchange.reading.errors import Unreadable
from messenger.admin.exchange.reading.limits import COLUMNS, PARTS, UNPACKED_BYTES

# openpyxl believes what it reads, and so stumbles over it in all these ways.
STUMBLES = (
    ArithmeticError,
    AttributeError,
    BadZipFile,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    ParseError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    ZlibError,
    expat.ExpatError,
)
# Excel's last one: a file that names a later row makes openpyxl count up to it.
LAST_ROW = 1_048_576


class _HasEntities(ValueError):
    """A part of the workbook declares a document type: no spreadsheet program writes one."""


def rows_of_xlsx(content: bytes) -> Iterator[tuple[Any, ...]]:
    """The first sheet's values, of formulas the last result."""
    try:
        _look_through(content)
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        yield from sheet.iter_rows(max_row=LAST_ROW, max_col=COLUMNS + 1, values_only=True)
    except STUMBLES as error:
        raise Unreadable(
            _("The file is no workbook that can be read. Please save it anew as XLSX.")
        ) from error


def _look_through(content: bytes) -> None:
    with ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
            raise Unreadable(_("The workbook unpacks to more than is let in here."))
        for part in parts:
            with archive.open(part) as file:
                _refuse_entities(file)


def _refuse_entities(file: IO[bytes]) -> None:
    """In every part, whatever it is called; what is no XML, a picture for instance, nobody reads as XML."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _found_entities
    with suppress(expat.ExpatError):
        parser.ParseFile(file)


def _found_entities(*declaration: Any) -> None:
    raise _HasEntities
