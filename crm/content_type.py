"""Content types as Django can take them; it asks Python for whatever charset a client names, and fails by some."""

import re

# Of what browsers send, a boundary is the longest part: 70 characters at most (RFC 2046).
LONGEST = 500
_CHARSET = re.compile(r";\s*charset\b[^;]*", re.IGNORECASE)


def plain_content_type(text: str) -> str:
    """Without charset, since forms and JSON are UTF-8; empty where it is too long to be one."""
    return _CHARSET.sub("", text) if len(text) <= LONGEST else ""
