"""A file of commas that is opened where semicolons part cells, and the other way round: nothing runs there either."""

import csv
import re
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.lib.spreadsheet import csv_pieces, escaped_in_csv, unescaped_in_csv

FORMULA = re.compile(r"[\"]*[=+\-@＝＋－＠]")
HOSTILE = [
    ";=HYPERLINK(A1)",
    "Maria;=1+1;",
    "Maria,@SUM(1)",
    "Maria\t=1",
    "Maria\n=cmd|'/C calc'!A0\n",
    'Maria;"=1+1"',
    ";'=1",
]


def cells_by(delimiter: str, text: str, written_by: str) -> list[str]:
    """As a program reads it that knows of no other delimiter, and stumbles over no quotes."""
    written = "".join(csv_pieces(["id", "name"], [[[1, text]]], delimiter=written_by))[1:]
    lines = written.splitlines()
    return [cell for line in lines for cell in line.split(delimiter)]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("written_by", [",", ";"])
@pytest.mark.parametrize("read_by", [",", ";", "\t"])
def test_no_cell_begins_like_a_formula(text: str, written_by: str, read_by: str) -> None:
    assert [cell for cell in cells_by(read_by, text, written_by) if FORMULA.match(cell)] == []


@given(st.text(alphabet="=+-@'\",;\t\n a1"))
def test_it_can_be_taken_back(text: str) -> None:
    assert unescaped_in_csv(escaped_in_csv(text)) == text


def test_ordinary_texts_stay() -> None:
    for text in ("Maria, Perm", "a, -5 degrees", "1;2;3", "Hello,\nhow are you?"):
        assert escaped_in_csv(text) == text


def test_the_files_own_reader_finds_what_was_written() -> None:
    text = 'Maria;=1+1,"=2"\n-3'
    written = "".join(csv_pieces(["name"], [[[text]]], delimiter=";"))[1:]
    (_head, row) = csv.reader(StringIO(written, newline=""), delimiter=";")
    assert unescaped_in_csv(row[0]) == text
