"""Lines of the log, without what belongs to visitors."""

import logging
import re

# PostgreSQL tells with a refused row what stands in it; django-q2 puts a traceback behind an error in the same line.
_ROW = re.compile(
    r"\nDETAIL:  (?:Failing row|Key) .*?"
    r"(?= : Traceback \(|\n(?:Traceback \(|The above exception|During handling|HINT: |CONTEXT: |  File \")|\Z)",
    re.DOTALL,
)


def without_rows(text: str) -> str:
    """The text without what stands in rows that PostgreSQL refused."""
    return _ROW.sub("", text)


class LineFormatter(logging.Formatter):
    """Leaves out the values of rows: messages, names and addresses."""

    def format(self, record: logging.LogRecord) -> str:
        return without_rows(super().format(record))
