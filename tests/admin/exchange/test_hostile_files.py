"""Files that nobody should send: each is refused by a sentence, quickly, and nothing is written."""

import time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.test import Client

from messenger.models import Label
from tests.admin.exchange.files import LABELS, kinds, refusal, upload, with_part, workbook

GOOD = [["name", "color"], ["Urgent", "#ff0000"]]
SHEET = "xl/worksheets/sheet1.xml"
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><worksheet>&i;</worksheet>"
)
NO_WORKBOOK = "The file is no workbook that can be read. Please save it anew as XLSX."


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.csv", "The submitted file is empty."),
        (b"\n\n", "a.csv", "The file is empty."),
        (b"name\n", "a.csv", "The file has no rows beside its head."),
        (b"name\nUrgent\n", "a.exe", "Files of the kinds CSV, XLSX and JSON can be imported."),
        (b"name\nUrgent\n", "csv", "Files of the kinds CSV, XLSX and JSON can be imported."),
        (b"\x00\x01\x02", "a.csv", "The file's letters can't be read. Please save it as CSV in UTF-8."),
        (b'name\n"Urgent\n', "a.csv", "Line 2 can't be read as CSV."),
        (
            b"name,size\nUrgent,1\n",
            "a.csv",
            "These columns are not known: size. There are: name, color, branch.",
        ),
        (b"name,Name\nUrgent,1\n", "a.csv", "A column comes twice."),
        (b"color\n#ff0000\n", "a.csv", "The column “name” is missing."),
        (b"name\nUrgent,#ff0000\n", "a.csv", "A row has more cells than the head: “Urgent…”."),
        (b"name\n" + b"x" * 10_001, "a.csv", "A cell has more than 10,000 characters."),
        (b"name\n" + b"x" * 200_000, "a.csv", "Line 2 can't be read as CSV."),
        (b"name" + b",x" * 1_000_000 + b"\nx", "a.csv", "The file has more than 50 columns."),
        (b"name\n" + b"x\n" * 2001, "a.csv", "The file has more than 2,000 rows. Please divide it."),
        (b"name\nUrgent\n", "a.xlsx", NO_WORKBOOK),
        (b"PK\x03\x04" + b"x" * 100, "a.xlsx", NO_WORKBOOK),
        (b"{", "a.json", "The file is no JSON: line 1."),
        (b"[" * 100_000, "a.json", "The file is no JSON: line 1."),
        (b'{"name": "x"}', "a.json", "The JSON has to be an array of objects."),
        (b'[{"name": "x"}, 5]', "a.json", "The JSON has to be an array of objects."),
        (b"[]", "a.json", "The file is empty."),
        (b'[{"name": "a\\u0000b"}]', "a.json", "The file holds signs that belong to no text."),
        (
            b'[{"name": {"a": 1}}]',
            "a.json",
            "The objects of the JSON may hold texts, numbers, true and false, nothing else.",
        ),
    ],
)
def test_what_is_wrong_is_told(
    administrator_client: Client, content: bytes, name: str, sentence: str
) -> None:
    assert refusal(upload(administrator_client, LABELS, content, name)) == sentence


def test_a_file_is_read_no_further_than_it_may_come_in(administrator_client: Client, db: None) -> None:
    content = b"name\n" + b"x" * (2 * 1_048_576)
    assert refusal(upload(administrator_client, LABELS, content)) == "The file is larger than 2 MB."


def test_letters_of_russian_excel(administrator_client: Client, db: None) -> None:
    content = "name;color\nСрочно;#ff0000\n".encode("cp1251")
    response = upload(administrator_client, LABELS, content)
    assert response.context["preview"].lines[0].cells[0].after == "Срочно"


@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/sheet.bin"])
def test_entities_are_not_expanded(administrator_client: Client, db: None, part: str) -> None:
    hostile = with_part(workbook(GOOD), part, BOMB)
    assert refusal(upload(administrator_client, LABELS, hostile, "a.xlsx")) == NO_WORKBOOK


def test_entities_hidden_by_another_encoding(administrator_client: Client, db: None) -> None:
    changed = BytesIO()
    with ZipFile(BytesIO(workbook(GOOD))) as old, ZipFile(changed, "w") as new:
        for name in old.namelist():
            hidden = BOMB.replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16")
            new.writestr(name, hidden if name == SHEET else old.read(name))
    assert refusal(upload(administrator_client, LABELS, changed.getvalue(), "a.xlsx")) == NO_WORKBOOK


def test_a_zip_bomb_is_not_unpacked(administrator_client: Client, db: None) -> None:
    hostile = with_part(workbook(GOOD), SHEET, "<worksheet>" + " " * 200_000_000 + "</worksheet>")
    assert len(hostile) < 1_048_576
    began = time.monotonic()
    sentence = refusal(upload(administrator_client, LABELS, hostile, "a.xlsx"))
    assert sentence == "The workbook unpacks to more than is let in here."
    assert time.monotonic() - began < 2


def test_an_archive_of_a_thousand_parts(administrator_client: Client, db: None) -> None:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for number in range(1000):
            archive.writestr(f"{number}.xml", "<a/>")
    sentence = refusal(upload(administrator_client, LABELS, file.getvalue(), "a.xlsx"))
    assert sentence == "The workbook unpacks to more than is let in here."


def sheet(rows: str) -> bytes:
    text = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f"{rows}</sheetData></worksheet>"
    )
    return with_part(workbook(GOOD), SHEET, text)


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_row_at_the_end_of_the_world(administrator_client: Client, db: None) -> None:
    head = f'<row r="1">{cell("A1", "name")}</row>'
    far = f'<row r="1048576">{cell("A1048576", "Far")}</row>'
    beyond = f'<row r="99999999999">{cell("A99999999999", "Beyond")}</row>'
    response = upload(administrator_client, LABELS, sheet(head + far), "a.xlsx")
    assert response.context["preview"].lines[0].number == 1_048_576
    began = time.monotonic()
    upload(administrator_client, LABELS, sheet(head + beyond), "a.xlsx")
    assert time.monotonic() - began < 15


def test_a_column_at_the_end_of_the_world_is_not_reached(administrator_client: Client, db: None) -> None:
    rows = f'<row r="1">{cell("A1", "name")}{cell("XFD1", "far")}</row><row r="2">{cell("A2", "x")}</row>'
    assert kinds(upload(administrator_client, LABELS, sheet(rows), "a.xlsx")) == ["new"]


def test_formulas_are_texts_or_their_last_result(administrator_client: Client, db: None) -> None:
    rows = [["name"], ["=1+1"], ["'@cmd"]]
    response = upload(administrator_client, LABELS, workbook(rows), "a.xlsx")
    assert [line.cells[0].after for line in response.context["preview"].lines] == ["@cmd"]


def test_markup_is_shown_as_it_is(administrator_client: Client, db: None) -> None:
    content = "name\n<script>alert(1)</script>\n"
    shown = upload(administrator_client, LABELS, content).content.decode()
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown


@pytest.mark.parametrize("token", ["", "x", "../../etc/passwd", "*", "a" * 5000])
def test_tokens_that_are_none(administrator_client: Client, db: None, token: str) -> None:
    response = administrator_client.post(f"{LABELS}import/confirm/", {"token": token}, follow=True)
    assert "has expired" in response.content.decode()
    assert not Label.objects.exists()


@pytest.mark.parametrize("kind", ["9", "-1", "x"])
def test_kinds_that_are_none(administrator_client: Client, db: None, kind: str) -> None:
    response = upload(administrator_client, LABELS, "name\nUrgent\n", kind=kind)
    assert response.status_code == 200
    assert "format" in response.context["form"].errors
