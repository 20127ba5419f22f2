"""JPEG (ITU T.81), read segment by segment."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile, get_sampling

from messenger.lib.uploads.outline import MAX_PARTS, Damaged, Outline, exif_orientation
from messenger.lib.uploads.profile import kept_profile
from messenger.lib.uploads.turning import turned

# Neither a stuffed byte nor a restart: those belong to the data of a scan. Fill bytes may stand before: with
# `\xff+` a run of them that leads nowhere is tried from each of its bytes, and 20 KB took half a minute.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_SOI, _EOI, _SOS, _TEM = 0xD8, 0xD9, 0xDA, 0x01
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_APP1, _COMMENT = 0xE1, 0xFE
_APPLICATION = range(0xE0, 0xF0)
# JFIF, the colour profile and Adobe's note on the colour model say how pixels are meant; all else is metadata.
_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
# A progressive file has about ten; each of more goes over the whole picture again.
_USUAL_SCANS = 16
_LOWER_QUALITIES = (82, 65)


@dataclass(frozen=True, slots=True)
class Segment:
    marker: int
    start: int
    body: int
    end: int


def outline(data: bytes) -> Outline:
    segments = list(_segments(data))
    frames = [segment for segment in segments if segment.marker in _FRAMES]
    scans = sum(segment.marker == _SOS for segment in segments)
    if len(frames) != 1 or not scans:
        raise Damaged("frames or scans")
    body = frames[0].body
    height, width = int.from_bytes(data[body + 1 : body + 3]), int.from_bytes(data[body + 3 : body + 5])
    return Outline(width, height, -(-scans // _USUAL_SCANS), _orientation(data, segments))


def encode(data: bytes, found: Outline, max_bytes: int) -> bytes:
    """With the tables it came with, so that nothing is lost; coarser only where it grew beyond `max_bytes`."""
    image = JpegImageFile(BytesIO(b"".join(_picture(data))))
    image.load()
    tables, sampling = image.quantization, get_sampling(image)
    profile = kept_profile(image)
    upright = turned(image, found.orientation)
    best = _save(upright, icc_profile=profile, qtables=tables, subsampling=sampling)
    for quality in _LOWER_QUALITIES:
        if len(best) <= max_bytes:
            break
        best = min(best, _save(upright, icc_profile=profile, quality=quality), key=len)
    return best


def _save(image: Image.Image, **how: Any) -> bytes:
    output = BytesIO()
    image.save(output, "JPEG", optimize=True, **how)
    return output.getvalue()


def _segments(data: bytes) -> Iterator[Segment]:
    """Up to the end of the image. What follows it, a second picture or anything else, is not looked at."""
    position = 2
    for _ in range(MAX_PARTS):
        match = _MARKER.search(data, position)
        if match is None:
            return
        marker, start, position = match[1][0], match.start(), match.end()
        if marker == _EOI:
            yield Segment(marker, start, position, position)
            return
        if marker in {_SOI, _TEM}:
            continue
        end = position + int.from_bytes(data[position : position + 2])
        if end < position + 2 or end > len(data):
            raise Damaged("segment")
        yield Segment(marker, start, position + 2, end)
        position = end
    raise Damaged("too many segments")


def _picture(data: bytes) -> Iterator[bytes]:
    """The file without its metadata and what is appended."""
    position = 0
    for segment in _segments(data):
        if _is_dropped(data, segment):
            yield data[position : segment.start]
            position = segment.end
        elif segment.marker == _EOI:
            yield data[position : segment.end]
            return
    yield data[position:]


def _is_dropped(data: bytes, segment: Segment) -> bool:
    if segment.marker in _APPLICATION:
        kept = _KEPT.get(segment.marker)
        return kept is None or not data.startswith(kept, segment.body)
    return segment.marker == _COMMENT


def _orientation(data: bytes, segments: Iterable[Segment]) -> int:
    for segment in segments:
        if segment.marker == _APP1 and data.startswith(b"Exif\0\0", segment.body):
            return exif_orientation(data[segment.body : segment.end])
    return 1
