"""Writes one JSON document piece by piece, so that its size doesn't matter."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

import orjson


class JsonWriter:
    """`pretty` indents by two spaces. Values are whatever orjson takes."""

    def __init__(self, out: BinaryIO, *, pretty: bool) -> None:
        self._out = out
        self._pretty = pretty
        self._counts = [0]

    @contextmanager
    def object(self, key: str | None = None) -> Iterator[None]:
        yield from self._within(key, b"{", b"}")

    @contextmanager
    def array(self, key: str | None = None) -> Iterator[None]:
        yield from self._within(key, b"[", b"]")

    def members(self, values: Mapping[str, Any]) -> None:
        """Adds them to the object that is open."""
        for key, value in values.items():
            self._begin(key)
            self._write(value)

    def item(self, value: Any) -> None:
        """Adds it to the array that is open."""
        self._begin(None)
        self._write(value)

    def _within(self, key: str | None, opening: bytes, closing: bytes) -> Iterator[None]:
        self._begin(key)
        self._out.write(opening)
        self._counts.append(0)
        yield
        if self._counts.pop():
            self._break()
        self._out.write(closing)
        if len(self._counts) == 1:
            self._out.write(b"\n")

    def _begin(self, key: str | None) -> None:
        """The comma, the line and the key before a value."""
        if self._counts[-1]:
            self._out.write(b",")
        self._counts[-1] += 1
        if len(self._counts) > 1:
            self._break()
        if key is not None:
            self._out.write(orjson.dumps(key) + (b": " if self._pretty else b":"))

    def _break(self) -> None:
        if self._pretty:
            self._out.write(b"\n" + b"  " * (len(self._counts) - 1))

    def _write(self, value: Any) -> None:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2 if self._pretty else None)
        if self._pretty and b"\n" in text:
            # Line breaks within texts are escaped: each of these is orjson's own.
            text = text.replace(b"\n", b"\n" + b"  " * (len(self._counts) - 1))
        self._out.write(text)
