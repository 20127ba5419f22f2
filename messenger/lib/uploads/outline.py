"""What is known of an image before it is decoded."""

import struct
from dataclasses import dataclass, field

# Far above what any program writes: without a bound, millions of empty parts would keep us busy for minutes.
MAX_PARTS = 50_000
# Frames of one pixel cost time as well.
_LEAST_PIXELS = 10_000


class Damaged(ValueError):
    """The file isn't what its first bytes promise."""


@dataclass(frozen=True, slots=True)
class Outline:
    """`passes` is how often the decoder goes over the whole picture: frames, or the scans of a progressive JPEG."""

    width: int
    height: int
    passes: int = 1
    orientation: int = 1
    durations: list[int] = field(default_factory=list)
    is_lossless: bool = True

    @property
    def pixels(self) -> int:
        """Over all passes."""
        return max(self.width * self.height, _LEAST_PIXELS) * self.passes


_ORIENTATION = 0x0112
_SHORT = 3
_MAX_ENTRIES = 512


def exif_orientation(exif: bytes) -> int:
    """The orientation (1–8) in an EXIF block, 1 where there is none.

    Pillow's reader would look at all the tags, and warn of those that it doesn't like.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (offset,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, offset)
        for number in range(min(entries, _MAX_ENTRIES)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, offset + 2 + 12 * number)
            if tag == _ORIENTATION and kind == _SHORT:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
