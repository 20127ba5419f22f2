"""Sizes, which are watched while the file is read."""

from io import BytesIO

import pytest

from messenger.lib.uploads import FileRefused, clean_file
from messenger.lib.uploads.cleaning import CHUNK
from tests.lib.uploads.files import PDF, clean


class Counting(BytesIO):
    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        part = super().read(size)
        self.taken += len(part)
        return part


def test_nothing() -> None:
    with pytest.raises(FileRefused) as caught:
        clean(b"")
    assert caught.value.reason == "empty"


def test_exactly_the_limit() -> None:
    data = PDF.ljust(200_000)[: 200_000 - len(PDF)] + PDF
    assert clean(data, max_bytes=len(data)).size == 200_000


def test_one_byte_over() -> None:
    with pytest.raises(FileRefused) as caught:
        clean(PDF, max_bytes=len(PDF) - 1)
    assert caught.value.reason == "too_large"


def test_no_more_is_read_than_the_limit_and_a_chunk() -> None:
    file = Counting(b"%PDF-1.4" + bytes(10 * CHUNK))
    with pytest.raises(FileRefused):
        clean_file(file, allowed=["application/pdf"], max_bytes=CHUNK + 1, max_pixels=1)
    assert file.taken <= 2 * CHUNK + 1


def test_file_that_was_read_before_is_read_from_its_beginning() -> None:
    file = BytesIO(PDF)
    file.read()
    cleaned = clean_file(file, allowed=["application/pdf"], max_bytes=1000, max_pixels=1)
    assert cleaned.content.read() == PDF
