"""WebP (RFC 9649)."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, NamedTuple

from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile

from messenger.lib.uploads.outline import MAX_PARTS, Damaged, Outline, exif_orientation
from messenger.lib.uploads.profile import kept_profile
from messenger.lib.uploads.turning import turned

# `quality` of a lossless image is the effort: more of it takes ten times as long, and saves a tenth.
_LOSSLESS = {"lossless": True, "method": 1, "quality": 20}
_LOSSY = {"method": 2, "quality": 90}
_LOWER = {"method": 2, "quality": 75}


class Chunk(NamedTuple):
    name: bytes
    body: bytes


def outline(data: bytes) -> Outline:
    chunks = list(_chunks(data))
    if not chunks:
        raise Damaged("empty")
    width, height = _canvas(chunks[0])
    frames = [chunk.body for chunk in chunks if chunk.name == b"ANMF"]
    exif = next((chunk.body for chunk in chunks if chunk.name == b"EXIF"), b"")
    is_lossless = b"VP8L" in {frame[16:20] for frame in frames} | {chunk.name for chunk in chunks}
    return Outline(
        width,
        height,
        len(frames) or 1,
        1 if frames else exif_orientation(exif),
        [int.from_bytes(frame[12:15], "little") for frame in frames],
        is_lossless,
    )


def encode(data: bytes, found: Outline, max_bytes: int) -> bytes:
    """As lossless as it came; else at a quality that shows no loss, and lower where it grew beyond `max_bytes`."""
    image = WebPImageFile(BytesIO(data))
    how: dict[str, Any] = {"icc_profile": kept_profile(image)}
    if found.durations:
        how |= {"save_all": True, "duration": found.durations, "loop": image.info["loop"]}
        upright: Image.Image = image
    else:
        # A copy, so that the decoder's own buffers are gone when the encoder takes its.
        upright = turned(image.copy(), found.orientation)
        del image
    best = _save(upright, **(_LOSSLESS if found.is_lossless else _LOSSY), **how)
    return best if len(best) <= max_bytes else min(best, _save(upright, **_LOWER, **how), key=len)


def _save(image: Image.Image, **how: Any) -> bytes:
    output = BytesIO()
    image.save(output, "WEBP", **how)
    return output.getvalue()


def _canvas(first: Chunk) -> tuple[int, int]:
    body = first.body
    if first.name == b"VP8X" and len(body) >= 10:
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if first.name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    if first.name == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise Damaged("first chunk")


def _chunks(data: bytes) -> Iterator[Chunk]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Damaged("cut off")
    position = 12
    for _ in range(MAX_PARTS):
        if position + 8 > end:
            return
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        start, position = position + 8, position + 8 + length + (length & 1)
        if start + length > end:
            raise Damaged("chunk")
        yield Chunk(data[start - 8 : start - 4], data[start : start + length])
    raise Damaged("too many chunks")
