"""Files of every kind, made for the tests."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

from messenger.lib.uploads import KNOWN_TYPES, CleanFile, clean_file

MAX_BYTES = 10_485_760
MAX_PIXELS = 50_000_000
SIZE = (60, 40)
DURATION = 70


def clean(data: bytes, **how: Any) -> CleanFile:
    """With everything that can be allowed, unless the test says otherwise."""
    limits: dict[str, Any] = {"allowed": KNOWN_TYPES, "max_bytes": MAX_BYTES, "max_pixels": MAX_PIXELS}
    return clean_file(BytesIO(data), **(limits | how))


def opened(cleaned: CleanFile) -> Image.Image:
    image = Image.open(BytesIO(cleaned.content.read()))
    image.load()
    return image


def picture(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    grey = Image.linear_gradient("L").resize(size)
    colours = Image.merge("RGB", (grey, grey.rotate(90), grey.rotate(180)))
    return grey.convert("I;16") if mode == "I;16" else colours.convert(mode)


def encoded(image: Image.Image, image_format: str, **how: Any) -> bytes:
    output = BytesIO()
    image.save(output, image_format, **how)
    return output.getvalue()


def animation(image_format: str, frames: int = 4, **how: Any) -> bytes:
    pictures = [picture().rotate(20 * number) for number in range(frames)]
    return encoded(
        pictures[0],
        image_format,
        save_all=True,
        append_images=pictures[1:],
        duration=DURATION,
        loop=0,
        **how,
    )


def colour_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif(orientation: int = 1) -> Image.Exif:
    """With a place, a camera and a turn."""
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x010F] = "SecretCamera"
    block.get_ifd(0x8825).update({1: "N", 2: (56.0, 50.0, 0.0), 3: "E", 4: (60.0, 35.0, 0.0)})
    return block


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_header(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))


def tiny_gif(frames: int, width: int = 1, height: int = 1) -> bytes:
    """Black, with frames of one pixel each."""
    screen = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
    return screen + frames * (b"\x2c\0\0\0\0\1\0\1\0\0" + b"\x02\x02\x44\x01\0") + b";"


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"
SAMPLES = {
    "jpeg": encoded(picture(), "JPEG", exif=exif(6), icc_profile=colour_profile()),
    "progressive": encoded(picture(), "JPEG", progressive=True),
    "grey jpeg": encoded(picture("L"), "JPEG"),
    "cmyk jpeg": encoded(picture("CMYK"), "JPEG"),
    "png": encoded(picture(), "PNG", exif=exif(6), icc_profile=colour_profile()),
    "palette png": encoded(picture("P"), "PNG", transparency=3),
    "alpha png": encoded(picture("RGBA"), "PNG"),
    "apng": animation("PNG"),
    "gif": encoded(picture("P"), "GIF", transparency=2),
    "animated gif": animation("GIF"),
    "webp": encoded(picture(), "WEBP", exif=exif(6), icc_profile=colour_profile()),
    "lossless webp": encoded(picture("RGBA"), "WEBP", lossless=True),
    "animated webp": animation("WEBP"),
}
