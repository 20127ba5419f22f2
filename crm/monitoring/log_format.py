"""A line of the log as JSON: for machines that collect and search them."""

import logging
import os
from datetime import UTC, datetime
from typing import Any

import orjson

from crm.log_lines import LineFormatter, safe_message
from crm.monitoring.context import request_id, task_id
from crm.monitoring.private import told

# What a line may say beside its sentence (`extra={…}`): whatever else is attached to it stays out.
FIELDS = ("method", "route", "status", "duration_ms", "bytes", "user", "kind")


class JsonFormatter(LineFormatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": safe_message(record),
            "pid": os.getpid(),
        }
        line |= {name: found for name in FIELDS if (found := record.__dict__.get(name)) is not None}
        line |= {name: found for name, found in _context() if found}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line["error"] = told(error)
        return orjson.dumps(line, default=str).decode()


def _context() -> tuple[tuple[str, str], ...]:
    return ("request_id", request_id.get()), ("task_id", task_id.get())
