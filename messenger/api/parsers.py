"""JSON by orjson: no lone surrogates, no NaN or Infinity, no nesting that would end in a RecursionError.

And forms with files, of which all came.
"""

from collections.abc import Mapping
from typing import IO, Any, cast

import orjson
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

# What senders may write after the form's end, and the end itself.
TAIL = 1024


class OrjsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(str(error)) from error


class WholeFormParser(MultiPartParser):
    """Django's parser takes a form that was cut off for one that ends there: half a PDF would be a file."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        watched = _Watched(stream)
        parsed = super().parse(cast(IO[Any], watched), media_type, parser_context)
        handlers = parser_context["request"].upload_handlers if parser_context else ()
        was_stopped = any(getattr(handler, "refusal", None) for handler in handlers)
        if not was_stopped and _end_of(media_type or "") not in watched.tail:
            raise ParseError("cut off")
        return parsed


class _Watched:
    """A request's stream that remembers the last of what was read; what else is asked of it, it is."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream
        self.tail = b""

    def read(self, *size: int) -> bytes:
        block: bytes = self._stream.read(*size)
        self.tail = (self.tail + block)[-TAIL:]
        return block

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _end_of(media_type: str) -> bytes:
    boundary = parse_header_parameters(media_type)[1].get("boundary", "")
    return b"--" + boundary.encode("latin-1", "replace") + b"--"
