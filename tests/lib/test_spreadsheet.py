"""Cells that would run as formulas, and what can be read back of them."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest
from openpyxl import load_workbook

from messenger.lib.spreadsheet import BOM, Row, csv_pieces, escaped, unescaped, xlsx_file

HOSTILE = [
    '=HYPERLINK("https://evil.example","Invoice")',
    "+7 912 345-67-89",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "'=1+1",
    "''=1+1",
]
HARMLESS = ["Maria", "", "1=1", "O'Neill", "'quoted'", "Do you deliver?", " =1"]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_run_gets_an_apostrophe_that_can_be_taken_away(text: str) -> None:
    assert escaped(text) == f"'{text}"
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_everything_else_stays(text: str) -> None:
    assert escaped(text) == text
    assert unescaped(text) == text


def test_csv_begins_with_the_mark_and_is_escaped() -> None:
    pieces = list(csv_pieces(["name", "=n"], [[["=1+1", -5]], [["Maria; Ivanova", 1.5]]], delimiter=";"))
    assert pieces[0].startswith(BOM)
    rows = list(csv.reader(StringIO("".join(pieces)[1:], newline=""), delimiter=";"))
    assert rows == [["name", "'=n"], ["'=1+1", "-5"], ["Maria; Ivanova", "1.5"]]
    assert len(pieces) == 3


def test_csv_has_times_that_excel_knows() -> None:
    at = datetime(2026, 11, 25, 9, 30, 15, 123456, tzinfo=UTC)
    assert "2026-11-25 09:30:15\r\n" in "".join(csv_pieces(["at"], [[[at]]], delimiter=","))


def test_a_workbook_has_texts_numbers_and_times() -> None:
    at = datetime(2026, 11, 25, 9, 30, 15, 123456, tzinfo=UTC)
    row: Row = ["=1+1", "bell\x07", 42, -1.5, True, None, at, "x" * 40_000]
    with xlsx_file(["a", "b", "c", "d", "e", "f", "g", "h"], [[row]]) as file:
        sheet = load_workbook(file).active
        assert sheet is not None
        cells = sheet[2]
    values = [cell.value for cell in cells]
    assert values[:7] == ["'=1+1", "bell\ufffd", 42, -1.5, True, None, at.replace(tzinfo=None, microsecond=0)]
    assert len(str(values[7])) == 32_767
    assert [cell.data_type for cell in cells[:4]] == ["s", "s", "n", "n"]
