"""The types that an administrator may allow, each with its usual extensions, the first one being given.

SVG, HTML, XML and office files with macros are left out on purpose: they run code where they are opened.
"""

IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
TEXT = "text/plain"
MP3 = "audio/mpeg"
MP4 = "video/mp4"

KNOWN_TYPES: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png", "apng"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    PDF: ("pdf",),
    TEXT: ("txt", "log"),
    DOCX: ("docx",),
    XLSX: ("xlsx",),
    ZIP: ("zip",),
    MP3: ("mp3",),
    MP4: ("mp4", "m4v"),
}
DEFAULT_TYPES = (*IMAGE_TYPES, PDF)
INLINE_TYPES = DEFAULT_TYPES
