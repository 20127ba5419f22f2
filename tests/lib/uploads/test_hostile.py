"""Files that are something else, something more, or far too much."""

import struct
import threading
import time
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from messenger.lib.uploads import DEFAULT_TYPES, FileRefused, images
from tests.lib.uploads.files import (
    MAX_BYTES,
    PDF,
    SAMPLES,
    SIZE,
    animation,
    clean,
    encoded,
    opened,
    picture,
    png_chunk,
    png_header,
    tiny_gif,
)

HTML = b"<html><body><script>alert(1)</script></body></html>"
PHP = b"<?php system($_GET['c']); ?>"


def refusal(data: bytes, **how: Any) -> tuple[str, str]:
    with pytest.raises(FileRefused) as caught:
        clean(data, **how)
    return caught.value.reason, caught.value.content_type


def zip_file(**entries: bytes) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return output.getvalue()


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"),
        (b"<!DOCTYPE html>" + HTML, "text/html"),
        (b"MZ\x90\0\3" + bytes(200), None),
        (b"\x7fELF\2\1\1" + bytes(200), None),
        (encoded(picture(), "TIFF"), "image/tiff"),
        (encoded(picture(), "ICO"), None),
        (encoded(picture(), "EPS"), "application/postscript"),
        (encoded(picture(), "BMP"), None),
        (encoded(picture(), "AVIF"), None),
        (b"8BPS\0\1" + bytes(200), "image/vnd.adobe.photoshop"),
        (b"#!/bin/sh\nrm -rf /\n", ""),
        (PHP, ""),
        (b"\xef\xbb\xbf" + HTML, None),
        (HTML.decode().encode("utf-16"), None),
    ],
)
def test_other_types_are_refused_under_any_name(data: bytes, found: str | None) -> None:
    reason, content_type = refusal(data)
    assert reason == "type"
    assert content_type not in DEFAULT_TYPES
    if found is not None:
        assert content_type == found


def test_type_that_is_not_allowed() -> None:
    assert refusal(SAMPLES["gif"], allowed={"image/png"}) == ("type", "image/gif")


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize(
    "appended", [HTML, PHP, PDF, zip_file(a=b"1"), b"\0" * 100, SAMPLES["gif"], SAMPLES["jpeg"]]
)
def test_what_is_appended_is_gone(name: str, appended: bytes) -> None:
    alone, together = clean(SAMPLES[name]), clean(SAMPLES[name] + appended)
    assert together.sha256 == alone.sha256
    assert not zipfile.is_zipfile(together.content)


def test_gif_that_is_a_script() -> None:
    head, tail = b"GIF89a/*", tiny_gif(1)[8:]
    script = b"*/=1;alert(document.domain);//"
    comment = b"\x21\xfe" + bytes([len(script)]) + script + b"\0"
    stored = clean(head + tail[:-1] + comment + b";" + script).content.read()
    assert b"alert" not in stored
    assert b"*/" not in stored


def test_gif_that_is_a_page() -> None:
    comment = b"\x21\xfe" + bytes([len(HTML)]) + HTML + b"\0"
    application = b"\x21\xff\x0bXMP DataXMP" + bytes([len(HTML)]) + HTML + b"\0"
    gif = SAMPLES["gif"]
    stored = clean(gif[:-1] + comment + application + b";").content.read()
    assert b"script" not in stored


def test_jpeg_with_code_in_comments_and_foreign_segments() -> None:
    hidden = b"".join(
        b"\xff" + bytes([marker]) + struct.pack(">H", len(code) + 2) + code
        for marker in (0xFE, 0xE1, 0xE2, 0xE5, 0xED)
        for code in (HTML, PHP, PDF)
    )
    original = SAMPLES["progressive"]
    cleaned = clean(original[:2] + hidden + original[2:])
    assert cleaned.sha256 == clean(original).sha256
    stored = cleaned.content.read()
    assert not any(code in stored for code in (b"script", b"<?php", b"%PDF"))


def test_png_with_code_in_its_texts() -> None:
    original = SAMPLES["alpha png"]
    texts = png_chunk(b"tEXt", b"Comment\0" + PHP) + png_chunk(b"zzZz", HTML)
    bomb = png_chunk(b"zTXt", b"a\0\0" + b"no zlib at all")
    assert clean(original[:33] + texts + bomb + original[33:]).sha256 == clean(original).sha256


def test_second_picture_of_an_mpo_is_gone() -> None:
    original = encoded(picture(), "MPO", save_all=True, append_images=[picture("L").rotate(90)])
    assert Image.open(BytesIO(original)).format == "MPO"
    cleaned = clean(original)
    shown = opened(cleaned)
    assert (cleaned.content_type, shown.format, shown.size) == ("image/jpeg", "JPEG", SIZE)


@pytest.mark.parametrize("name", SAMPLES)
def test_half_a_picture_is_damaged(name: str) -> None:
    data = SAMPLES[name]
    for length in (len(data) // 4, len(data) // 2, len(data) * 3 // 4):
        assert refusal(data[:length])[0] == "damaged"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"GIF89a" + bytes(7) + b";",
        b"RIFF\x0c\0\0\0WEBPVP8 ",
        b"PK\x03\x04",
        encoded(picture("P"), "PNG").replace(b"PLTE", b"PLTX"),
        b"RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\2\0\0\0\x09\0\0\x09\0\0ANIM\6\0\0\0\0\0\0\0\0\0",
    ],
)
def test_only_the_beginning_of_a_file_is_damaged(data: bytes) -> None:
    assert refusal(data)[0] == "damaged"


@pytest.mark.parametrize(
    "data",
    [
        png_header(50_000, 50_000) + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b""),
        encoded(Image.new("1", (9_000, 9_000)), "PNG"),
        encoded(Image.new("L", (9_000, 9_000)), "JPEG", quality=1),
        encoded(Image.new("L", (9_000, 9_000)), "GIF"),
        encoded(Image.new("L", (9_000, 9_000)), "WEBP", lossless=True, method=0),
        tiny_gif(20_000),
        tiny_gif(100, 65_535, 65_535),
        tiny_gif(1).replace(b"\x2c\0\0\0\0\1\0\1\0", b"\x2c\0\0\0\0\xff\xff\xff\xff"),
        tiny_gif(60_000),
        animation("GIF", 3).replace(struct.pack("<HH", *SIZE), struct.pack("<HH", 5_000, 5_000), 1),
    ],
    ids=["png header", "png", "jpeg", "gif", "webp", "frames", "screen", "frame", "many frames", "canvas"],
)
def test_bomb_is_refused_before_it_is_decoded(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_DECODING", None)  # whoever decodes, fails
    assert len(data) < MAX_BYTES
    started = time.process_time()
    assert refusal(data)[0] in {"too_many_pixels", "damaged"}
    assert time.process_time() - started < 2


def test_scans_of_a_progressive_jpeg_are_counted() -> None:
    original = encoded(picture(size=(400, 400)), "JPEG", progressive=True)
    start = original.rindex(b"\xff\xda")
    scans = original[:start] + original[start:-2] * 200 + b"\xff\xd9"
    assert refusal(scans, max_pixels=400 * 400 * 10)[0] == "too_many_pixels"
    assert clean(original, max_pixels=400 * 400).width == 400


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff\xfe\0\2" * 2_000_000,
        b"\xff\xd8" + b"\xff\x01" * 5_000_000,
        b"\xff\xd8" + b"\xff" * 10_000_000 + b"\0",
        b"\x89PNG\r\n\x1a\n" + bytes(10_000_000),
        tiny_gif(1)[:-1] + b"\x21\xfe" + b"\1 " * 5_000_000,
        tiny_gif(1)[:-1] + bytes(10_000_000),
        b"RIFF" + struct.pack("<I", 10_000_004) + b"WEBPVP8X" + bytes(10_000_000),
    ],
    ids=["segments", "markers", "fill", "chunks", "blocks", "zeros", "webp"],
)
def test_millions_of_empty_parts_cost_little(data: bytes) -> None:
    started = time.process_time()
    assert refusal(data)[0] in {"damaged", "too_many_pixels"}
    assert time.process_time() - started < 3


def test_profiles_of_an_animation_are_unpacked_once() -> None:
    profile = png_chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(1_000_000)))
    moving = animation("PNG", 200)
    head = moving.index(b"acTL") - 4
    started = time.process_time()
    cleaned = clean(moving[:head] + profile * 200 + moving[head:])
    assert time.process_time() - started < 5
    assert opened(cleaned).n_frames == 200  # type: ignore[attr-defined]


def test_two_at_most_are_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock, third = 0, 0, threading.Lock(), threading.Event()

    def encode(data: bytes, found: object, max_bytes: int) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running > 2:
                third.set()
        third.wait(0.2)
        with lock:
            running -= 1
        return data

    slow = images.Format(images._FORMATS["image/png"].outline, encode)
    monkeypatch.setitem(images._FORMATS, "image/png", slow)
    threads = [threading.Thread(target=clean, args=(SAMPLES["png"],)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (most, running) == (2, 0)
