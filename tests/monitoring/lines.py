"""What the processes really write into their log."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crm.monitoring.log_format import JsonFormatter

# Stands in everything that is sent; nothing of ours is called so.
MARK = "Zyxquvmark"


class Written:
    def __init__(self) -> None:
        self.output = io.StringIO()

    @property
    def text(self) -> str:
        return self.output.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, logger: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == logger]


@contextmanager
def written() -> Iterator[Written]:
    """All lines of this process, as they go out in production."""
    found = Written()
    handler = logging.StreamHandler(found.output)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield found
    finally:
        root.removeHandler(handler)


def assert_private(text: str) -> None:
    assert text
    where = text.find(MARK)
    assert where < 0, text[max(0, where - 300) : where + 300]
