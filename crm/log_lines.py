"""Lines of the log, without what belongs to visitors."""

import logging
import re
from http import HTTPStatus
from typing import Any

from crm.monitoring.private import told

# PostgreSQL tells with a refused row what stands in it; django-q2 puts a traceback behind an error in the same line.
_ROW = re.compile(
    r"\nDETAIL:  (?:Failing row|Key) .*?"
    r"(?= : Traceback \(|\n(?:Traceback \(|The above exception|During handling|HINT: |CONTEXT: |  File \")|\Z)",
    re.DOTALL,
)
# Their lines hold ids and names of ours. What others put into theirs nobody here has read.
OURS = frozenset({"crm", "messenger", "tests", "uvicorn", "granian", "_granian"})


def without_rows(text: str) -> str:
    """The text without what stands in rows that PostgreSQL refused."""
    return _ROW.sub("", text)


def safe_message(record: logging.LogRecord) -> str:
    """What the line says: of requests neither path nor reason, of tasks no result, of other libraries no values."""
    family = record.name.partition(".")[0]
    if record.name.startswith(("django.request", "django.security")) or hasattr(record, "request"):
        return _of_a_request(record)
    if family == "django-q":
        # "Failed 'function' (name) - result", in any language; crm.monitoring.tasks has told of the error itself.
        return (
            record.getMessage().partition(" - ")[0]
            if record.levelno >= logging.ERROR
            else record.getMessage()
        )
    if family in OURS:
        return without_rows(record.getMessage()).strip()
    return str(record.msg).partition("\n")[0] if isinstance(record.msg, str) else type(record.msg).__name__


def route_of(request: Any) -> str:
    """The address's name: its path may hold signed links."""
    match = getattr(request, "resolver_match", None)
    return str(match.view_name) if match is not None else ""


def _of_a_request(record: logging.LogRecord) -> str:
    """Paths hold tokens, and reasons what the client sent: an origin, a host, the name of a field."""
    status = getattr(record, "status_code", None)
    reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else record.name.rpartition(".")[2]
    if record.name.startswith("django.security."):
        reason = f"{reason} ({record.name.rpartition('.')[2]})"
    route = route_of(getattr(record, "request", None))
    return f"{reason}: {route}" if route else reason


class LineFormatter(logging.Formatter):
    """One line, and the error behind it."""

    def format(self, record: logging.LogRecord) -> str:
        record.message = safe_message(record)
        record.asctime = self.formatTime(record, self.datefmt)
        parts = [self.formatMessage(record)]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            parts.append(told(error))
        return "\n".join(parts)
