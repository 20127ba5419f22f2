"""Files such as people send, made in memory."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"


def png(width: int = 40, height: int = 30, name: str = "a.png") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


def photo_with_place(name: str = "photo.jpg") -> SimpleUploadedFile:
    """A JPEG whose EXIF says where it was taken."""
    image = Image.new("RGB", (64, 48), "olive")
    exif = image.getexif()
    exif.get_ifd(0x8825).update({1: "N", 2: (55.0, 45.0, 21.0), 3: "E", 4: (37.0, 37.0, 2.0)})
    content = io.BytesIO()
    image.save(content, "JPEG", exif=exif)
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def pdf(name: str = "offer.pdf", size: int = 0) -> SimpleUploadedFile:
    """A PDF, of `size` bytes where that is given."""
    content = PDF
    if size:
        content = PDF.replace(b"1 0 obj", b"%" + b"x" * (size - len(PDF) - 2) + b"\n1 0 obj")
        assert len(content) == size
    return SimpleUploadedFile(name, content, "application/pdf")


def disguised(content: bytes, name: str, content_type: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)
