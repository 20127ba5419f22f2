"""The Range header of a request for bytes (RFC 9110, section 14)."""

import re

_SINGLE = re.compile(r"bytes=[ \t]*([0-9]{0,19})-([0-9]{0,19})[ \t]*", re.IGNORECASE)


class RangeNotSatisfiable(Exception):
    """The answer is 416 with `Content-Range: bytes */size`."""

    def __init__(self, size: int) -> None:
        super().__init__(f"nothing of {size} bytes")
        self.size = size


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte, inclusive; None for the whole file.

    What is malformed, in another unit or asks for several ranges is ignored, as the RFC allows. Raises
    RangeNotSatisfiable for a range that begins behind the end.
    """
    match = _SINGLE.fullmatch(header or "")
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        return _suffix(int(match[2]), size)
    first = int(match[1])
    last = int(match[2]) if match[2] else max(first, size - 1)
    if last < first:
        return None
    if first >= size:
        raise RangeNotSatisfiable(size)
    return first, min(last, size - 1)


def _suffix(length: int, size: int) -> tuple[int, int] | None:
    if not length:
        raise RangeNotSatisfiable(size)
    return (max(0, size - length), size - 1) if size else None
