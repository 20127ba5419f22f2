"""Plain text, and what only looks like it."""

import re

# Tab, line feed, form feed and carriage return are the only control characters of a text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f]")
_FIRST = re.compile(r"\s*(<|#!|%!|%PDF|\{\\rtf)")
_ACTIVE = re.compile(
    r"<\s*(?:!doctype|\?xml|\?php|%|html|svg|script|iframe|body|object|embed)\b", re.IGNORECASE
)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def is_plain_text(data: bytes) -> bool:
    """Text in UTF-8, UTF-16 with its mark, or the Windows encoding of Cyrillic; neither markup nor a script."""
    text = _decoded(data)
    if text is None or not text.strip() or _CONTROLS.search(text):
        return False
    return not _FIRST.match(text) and not _ACTIVE.search(text)


def _decoded(data: bytes) -> str | None:
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1251"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
