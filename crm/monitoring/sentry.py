"""Errors for Sentry, if a DSN is set: what is logged as an error, made anew out of what may be told.

None of the SDK's integrations is used that look at requests, statements or variables. An event is no copy with things
taken out: it is built of a list of harmless fields, so that nothing new of the SDK's slips through.
"""

import logging
import sys
from collections.abc import Iterator
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from crm.log_lines import route_of, safe_message
from crm.monitoring.build import version
from crm.monitoring.context import request_id, task_id
from crm.monitoring.private import links, name_of, words

# Of the event itself.
KEPT = (
    "event_id",
    "timestamp",
    "platform",
    "level",
    "logger",
    "environment",
    "release",
    "sdk",
)
# Of each frame: code, and never what its variables held.
FRAME = (
    "filename",
    "abs_path",
    "function",
    "module",
    "lineno",
    "pre_context",
    "context_line",
    "post_context",
    "in_app",
)


def install() -> None:
    if settings.SENTRY_DSN:
        sentry_sdk.init(**options())


def options() -> dict[str, Any]:
    return {
        "dsn": settings.SENTRY_DSN,
        "environment": settings.SENTRY_ENVIRONMENT,
        "release": f"messenger@{version()}",
        "include_local_variables": False,
        "max_request_body_size": "never",
        "max_breadcrumbs": 0,
        "server_name": "",
        "default_integrations": False,
        "auto_enabling_integrations": False,
        "integrations": [LoggingIntegration(level=None, event_level=logging.ERROR), DedupeIntegration()],
        "before_send": clean,
        "before_send_transaction": lambda event, hint: None,
        "auto_session_tracking": False,
        "shutdown_timeout": 2,
    }


def clean(event: Any, hint: dict[str, Any]) -> Any:
    """Sentry's event as it may leave the house."""
    record: logging.LogRecord | None = hint.get("log_record")
    kept = {name: event[name] for name in KEPT if name in event}
    kept["logentry"] = {"formatted": safe_message(record) if record else "An error"}
    kept["tags"] = {name: found for name, found in _tags(record) if found}
    error = (hint.get("exc_info") or (None, None))[1]
    if error is not None:
        kept["exception"] = {"values": list(_exceptions(error, event))}
    return kept


def _tags(record: logging.LogRecord | None) -> Iterator[tuple[str, str]]:
    yield "request_id", request_id.get()
    yield "task_id", task_id.get()
    yield "route", route_of(getattr(record, "request", None))
    yield "process", sys.argv[0].rpartition("/")[2] if sys.argv else ""


def _exceptions(error: BaseException, event: Any) -> Iterator[dict[str, Any]]:
    """The chain as we tell it, each link with the frames that the SDK found for it."""
    found = (event.get("exception") or {}).get("values") or []
    for link in links(error):
        frames = _frames(link, found)
        name = name_of(link)
        yield {"type": name, "value": words(link), "stacktrace": {"frames": frames}}


def _frames(link: BaseException, found: list[Any]) -> list[dict[str, Any]]:
    for value in found:
        if value.get("type") == type(link).__name__:
            frames = (value.get("stacktrace") or {}).get("frames") or []
            return [{name: frame[name] for name in FRAME if name in frame} for frame in frames]
    return []
