"""Texts of files that don't say in which letters they are written."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

CONTROL = {chr(code) for code in range(32)} - set("\t\n\r\x0b\x0c")


def decoded(content: bytes) -> str | None:
    """UTF-8, UTF-16 with its mark or, as Excel still saves in Russia, Windows-1251; None for what is no text."""
    text = _decoded(content)
    return None if text is None or CONTROL & set(text) else text


def _decoded(content: bytes) -> str | None:
    encodings = ["utf-8-sig", "cp1251"]
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif content.startswith(BOM_UTF8):
        encodings = ["utf-8-sig"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
