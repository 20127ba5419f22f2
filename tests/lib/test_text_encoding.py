"""Files of Excel come in three encodings, and in none that they name."""

import pytest

from messenger.lib.text_encoding import decoded


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_russian_letters_are_read(encoding: str) -> None:
    assert decoded("имя;цвет\r\nСрочно;#ff0000\r\n".encode(encoding)) == "имя;цвет\r\nСрочно;#ff0000\r\n"


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04\x00\x00", b"\xff\xfe\x00", b"\xef\xbb\xbf\xff", b"\x98\x98"]
)
def test_what_is_no_text_is_none(content: bytes) -> None:
    assert decoded(content) is None
