"""From what was sent to what may be stored."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO

from django.core.files.base import ContentFile

from messenger.lib.uploads.detection import found_type
from messenger.lib.uploads.errors import FileRefused
from messenger.lib.uploads.images import clean_image
from messenger.lib.uploads.kinds import IMAGE_TYPES

CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class CleanFile:
    """`size` and `sha256` are those of `content`, which stands at its beginning; `width` and `height` in pixels."""

    content: "ContentFile[bytes]"
    content_type: str
    size: int
    sha256: str
    width: int | None = None
    height: int | None = None


def clean_file(file: BinaryIO, *, allowed: Collection[str], max_bytes: int, max_pixels: int) -> CleanFile:
    """What is in `file`, fit to be stored. Raises FileRefused.

    `max_bytes` is for what was sent; an image can be a little larger once it is encoded anew. `max_pixels` counts
    all the frames of an animation.
    """
    data = _read(file, max_bytes)
    content_type = found_type(data)
    if content_type not in allowed:
        raise FileRefused("type", content_type)
    if content_type in IMAGE_TYPES:
        picture = clean_image(data, content_type, max_bytes=max_bytes, max_pixels=max_pixels)
        return _clean(picture.data, content_type, picture.width, picture.height)
    return _clean(data, content_type)


def _read(file: BinaryIO, max_bytes: int) -> bytes:
    file.seek(0)
    parts: list[bytes] = []
    size = 0
    while part := file.read(CHUNK):
        size += len(part)
        if size > max_bytes:
            raise FileRefused("too_large")
        parts.append(part)
    if not size:
        raise FileRefused("empty")
    return b"".join(parts)


def _clean(data: bytes, content_type: str, width: int | None = None, height: int | None = None) -> CleanFile:
    digest = hashlib.sha256(data).hexdigest()
    return CleanFile(ContentFile(data), content_type, len(data), digest, width, height)
