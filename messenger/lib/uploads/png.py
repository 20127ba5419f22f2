"""PNG and APNG (W3C, third edition). Frames are decoded and encoded one by one, so that memory holds one at a time."""

import struct
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import count
from typing import NamedTuple

from PIL.PngImagePlugin import PngImageFile

from messenger.lib.uploads.outline import MAX_PARTS, Damaged, Outline, exif_orientation
from messenger.lib.uploads.profile import kept_profile
from messenger.lib.uploads.turning import turned

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">II5s")
# Above it a photograph takes three times as long, and gets 6 % smaller.
_LEVEL = 4
_INDEXED = 3
_SHARED = {b"PLTE", b"tRNS", b"iCCP"}


class Chunk(NamedTuple):
    name: bytes
    body: bytes


def outline(data: bytes) -> Outline:
    chunks = list(_chunks(data))
    if not chunks or chunks[0].name != b"IHDR" or len(chunks[0].body) != _HEADER.size:
        raise Damaged("no header")
    width, height, kind = _HEADER.unpack(chunks[0].body)
    if kind[1] == _INDEXED and not any(chunk.name == b"PLTE" and chunk.body for chunk in chunks):
        raise Damaged("no palette")
    frames = _frame_count(chunks)
    exif = next((chunk.body for chunk in chunks if chunk.name == b"eXIf"), b"")
    return Outline(width, height, frames or 1, 1 if frames else exif_orientation(exif))


def encode(data: bytes, found: Outline, max_bytes: int) -> bytes:
    """Without loss. What a better packer made can grow by a few per cent, and is kept though it be over the limit."""
    chunks = list(_chunks(data))
    return _animation(chunks, found) if _frame_count(chunks) else _still(chunks, found)


def _still(chunks: list[Chunk], found: Outline) -> bytes:
    shown = [*_shared(chunks), *(chunk for chunk in chunks if chunk.name == b"IDAT")]
    return _encoded(chunks[0].body, shown, found.orientation)


def _animation(chunks: list[Chunk], found: Outline) -> bytes:
    shared = _shared(chunks)
    sequence = count()
    written: list[Chunk] = []
    for control, picture in _frames(chunks):
        header = _frame_header(chunks[0].body, control, found, is_first=not written)
        frame = list(_chunks(_encoded(header, [*shared, Chunk(b"IDAT", picture)], 1)))
        is_first = not written
        if is_first:
            # The profile is written once: no further frame need unpack it.
            shared = [chunk for chunk in shared if chunk.name != b"iCCP"]
            written = [chunk for chunk in frame if chunk.name not in {b"IDAT", b"IEND"}]
            written.append(next(chunk for chunk in chunks if chunk.name == b"acTL"))
        if control is not None:
            written.append(Chunk(b"fcTL", _numbered(sequence, control)))
        for data in (chunk.body for chunk in frame if chunk.name == b"IDAT"):
            written.append(Chunk(b"IDAT", data) if is_first else Chunk(b"fdAT", _numbered(sequence, data)))
    return _file([*written, Chunk(b"IEND", b"")])


def _shared(chunks: Iterable[Chunk]) -> list[Chunk]:
    """The first of each kind, as the specification allows no more: thousands of profiles took minutes to unpack."""
    kept: dict[bytes, Chunk] = {}
    for chunk in chunks:
        if chunk.name in _SHARED:
            kept.setdefault(chunk.name, chunk)
    return list(kept.values())


def _numbered(sequence: Iterator[int], body: bytes) -> bytes:
    return next(sequence).to_bytes(4) + body


def _encoded(header: bytes, shown: Iterable[Chunk], orientation: int) -> bytes:
    source = _file([Chunk(b"IHDR", header), *shown, Chunk(b"IEND", b"")])
    image = PngImageFile(BytesIO(source))
    image.load()
    output = BytesIO()
    upright = turned(image, orientation)
    upright.save(output, "PNG", compress_level=_LEVEL, icc_profile=kept_profile(image))
    return output.getvalue()


def _frames(chunks: Iterable[Chunk]) -> Iterator[tuple[bytes | None, bytes]]:
    """The control of each frame without its sequence number, and its data; None for a picture outside the animation."""
    control: bytes | None = None
    parts: list[bytes] = []
    for chunk in chunks:
        if chunk.name == b"fcTL":
            if parts:
                yield control, b"".join(parts)
            elif control is not None:
                raise Damaged("frame without data")
            control, parts = chunk.body[4:], []
        elif chunk.name == b"IDAT":
            parts.append(chunk.body)
        elif chunk.name == b"fdAT":
            parts.append(chunk.body[4:])
    yield control, b"".join(parts)


def _frame_count(chunks: Iterable[Chunk]) -> int:
    """0 for what isn't a proper animation: it is shown by its still picture, as browsers do it."""
    names = [chunk.name for chunk in chunks]
    controls = [chunk.body for chunk in chunks if chunk.name == b"acTL"]
    if len(controls) != 1 or len(controls[0]) != 8 or b"IDAT" not in names:
        return 0
    frames = names.count(b"fcTL")
    if frames != int.from_bytes(controls[0][:4]) or names.index(b"acTL") > names.index(b"IDAT"):
        return 0
    return frames


def _frame_header(header: bytes, control: bytes | None, found: Outline, *, is_first: bool) -> bytes:
    """The header of a frame as a picture of its own; the first one fills the whole picture."""
    if control is None:
        return header
    if len(control) != 22:
        raise Damaged("frame control")
    width, height, left, top = struct.unpack_from(">IIII", control)
    is_whole = (width, height, left, top) == (found.width, found.height, 0, 0)
    if left + width > found.width or top + height > found.height or (is_first and not is_whole):
        raise Damaged("frame outside of the picture")
    return control[:8] + header[8:]


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Up to the end of the image: what is appended is never seen."""
    position = len(SIGNATURE)
    for _ in range(MAX_PARTS):
        length = int.from_bytes(data[position : position + 4])
        end = position + 8 + length
        if end + 4 > len(data):
            raise Damaged("chunk")
        chunk = Chunk(data[position + 4 : position + 8], data[position + 8 : end])
        yield chunk
        if chunk.name == b"IEND":
            return
        position = end + 4
    raise Damaged("too many chunks")


def _file(chunks: Iterable[Chunk]) -> bytes:
    output = BytesIO()
    output.write(SIGNATURE)
    for name, body in chunks:
        output.write(struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)))
    return output.getvalue()
