"""The type of a file by its content. Its name and the type that the browser declared are never asked."""

import re

import puremagic

from messenger.lib.uploads.archives import LOCAL_HEADER, archive_type
from messenger.lib.uploads.errors import FileRefused
from messenger.lib.uploads.kinds import KNOWN_TYPES, MP3, MP4, PDF, TEXT, ZIP
from messenger.lib.uploads.media import is_mp3, is_mp4
from messenger.lib.uploads.text import is_plain_text

_SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBPVP8[ LX]", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-[12]\.\d"), PDF),
)
_HINT_BYTES = 4096


def found_type(data: bytes) -> str:
    """One of KNOWN_TYPES; else what it probably is, for the message, or empty.

    Of a PDF the beginning is enough: programs write all kinds of things behind its end, and readers take them.
    """
    for signature, content_type in _SIGNATURES:
        if signature.match(data):
            return content_type
    if data.startswith(LOCAL_HEADER):
        return _whole(archive_type(data), ZIP)
    if is_mp4(data):
        return MP4
    if is_mp3(data):
        return MP3
    return TEXT if is_plain_text(data) else _hint(data)


def _whole(content_type: str, wanted: str) -> str:
    if not content_type:
        raise FileRefused("damaged", wanted)
    return content_type


def _hint(data: bytes) -> str:
    try:
        guess = puremagic.from_string(data[:_HINT_BYTES], mime=True)
    except (puremagic.PureError, ValueError):
        return ""
    # A type that can be allowed is never given on a guess.
    return "" if guess in KNOWN_TYPES else guess
