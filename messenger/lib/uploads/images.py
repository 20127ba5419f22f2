"""Images are decoded and encoded anew, so that nothing but the picture itself is kept."""

import threading
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from messenger.lib.uploads import gif, jpeg, png, webp
from messenger.lib.uploads.errors import FileRefused
from messenger.lib.uploads.outline import Damaged, Outline
from messenger.lib.uploads.turning import turned_size

# A decoded picture takes four bytes a pixel and more: two at a time is what a process can hold.
_DECODING = threading.BoundedSemaphore(2)
# What Pillow and its decoders raise for broken files, as the mutations in tests/lib/uploads/test_mutations.py show.
_DECODER_ERRORS = (OSError, SyntaxError, ValueError, EOFError)


class Format(NamedTuple):
    outline: Callable[[bytes], Outline]
    encode: Callable[[bytes, Outline, int], bytes]


_FORMATS = {
    "image/jpeg": Format(jpeg.outline, jpeg.encode),
    "image/png": Format(png.outline, png.encode),
    "image/gif": Format(gif.outline, gif.encode),
    "image/webp": Format(webp.outline, webp.encode),
}


class Picture(NamedTuple):
    data: bytes
    width: int
    height: int


def clean_image(data: bytes, content_type: str, *, max_bytes: int, max_pixels: int) -> Picture:
    """Raises FileRefused: `too_many_pixels` before anything is decoded, `damaged`."""
    image_format = _FORMATS[content_type]
    try:
        outline = image_format.outline(data)
    except Damaged as error:
        raise FileRefused("damaged", content_type) from error
    # Above Pillow's own limit it warns, and above twice that it gives up.
    limit = min(max_pixels, Image.MAX_IMAGE_PIXELS or max_pixels)
    if outline.pixels > limit:
        raise FileRefused("too_many_pixels", content_type)
    with _DECODING:
        try:
            cleaned = image_format.encode(data, outline, max_bytes)
        except _DECODER_ERRORS as error:
            raise FileRefused("damaged", content_type) from error
    return Picture(cleaned, *turned_size(outline.width, outline.height, outline.orientation))
