"""What is stored as it came: its type must be sure, since nothing in it is changed."""

import zipfile
from io import BytesIO

import pytest

from messenger.lib.uploads import FileRefused
from messenger.lib.uploads.kinds import DOCX, MP3, MP4, TEXT, XLSX, ZIP
from tests.lib.uploads.files import PDF, clean


def archive(*names: str) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            # With the time of a clock two parallel runs would have tests of different names.
            file.writestr(zipfile.ZipInfo(name), b"content " * 20, zipfile.ZIP_DEFLATED)
    return output.getvalue()


def box(name: bytes, content: bytes = b"") -> bytes:
    return (8 + len(content)).to_bytes(4) + name + content


MP4_FILE = box(b"ftyp", b"isom\0\0\2\0isomiso2") + box(b"moov", bytes(64)) + box(b"mdat", bytes(500))
MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)
MP3_FILE = b"ID3\4\0\0\0\0\1\0" + bytes(128) + MP3_FRAME * 5


def found(data: bytes) -> str:
    """The type under which it would be stored, or why it wouldn't."""
    try:
        cleaned = clean(data)
    except FileRefused as refused:
        return str(refused)
    assert cleaned.content.read() == data
    assert (cleaned.width, cleaned.height) == (None, None)
    return cleaned.content_type


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (PDF, "application/pdf"),
        (PDF + b"\r\n\0\0signed by a scanner", "application/pdf"),
        (PDF[:-6], "application/pdf"),
        (archive("a.txt", "b/c.png"), ZIP),
        (archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"), DOCX),
        (archive("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (MP4_FILE, MP4),
        (MP3_FILE, MP3),
        (MP3_FRAME * 5, MP3),
        ("Добрый день!\r\nСчёт № 5, 1 < 2\t\n".encode(), TEXT),
        ("\ufeffДобрый день!".encode(), TEXT),
        ("Добрый день!".encode("utf-16"), TEXT),
        ("Добрый день!".encode("cp1251"), TEXT),
    ],
)
def test_stored_as_it_came(data: bytes, content_type: str) -> None:
    assert found(data) == content_type


@pytest.mark.parametrize(
    "data",
    [
        b" " + PDF,
        b"%PDF",
        archive("word/document.xml", "[Content_Types].xml", "word/vbaProject.bin"),
        archive("[Content_Types].xml", "ppt/presentation.xml"),
        archive("META-INF/MANIFEST.MF", "A.class"),
        archive("AndroidManifest.xml"),
        archive("mimetype", "content.xml"),
        archive("a.txt") + b"more",
        b"MZ" + archive("a.txt"),
        archive("a.txt")[:-30],
        MP4_FILE[:-1],
        MP4_FILE + b"<html>",
        MP4_FILE.replace(b"isom", b"heic", 1),
        MP4_FILE.replace(b"isom", b"qt  ", 1),
        MP4_FILE.replace(b"moov", b"free"),
        MP3_FILE[:200],
        b"ID3\4\0\0\0\0\1\0" + bytes(128) + b"<html>" * 100,
        b"Hello\0",
        b"Hello \x1b[31m",
        b"   \n",
        b"notes\n<ScRiPt src=x>",
        b"{\\rtf1 hello}",
        b"<note>xml</note>",
        bytes(range(256)) * 4,
    ],
)
def test_refused(data: bytes) -> None:
    assert found(data).startswith(("type", "damaged"))
