"""Which request or task the code is at work for: for the lines of the log, and for the tasks that a request starts."""

import re
import secrets
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
task_id: ContextVar[str] = ContextVar("task_id", default="")

# Nothing but hexadecimal digits is taken over: whatever else a client writes there, it would stand in the log.
_TAKEN_OVER = re.compile(r"[0-9A-Fa-f-]{16,64}")


def begin_request(proposed: str = "") -> str:
    """The request's id from now on: the one that a trusted proxy gave, or a new one."""
    name = proposed if _TAKEN_OVER.fullmatch(proposed) else secrets.token_hex(8)
    request_id.set(name)
    return name
