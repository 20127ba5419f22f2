"""When the database can't be used or takes no changes: 503 rather than 500, one line in the log rather than a flood.

What came of a request in that time is nobody's mistake: whoever asks again after a moment is served.
"""

import logging
import threading
import time
from collections.abc import Callable
from http import HTTPStatus

import psycopg
from django.db import InterfaceError, InternalError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from psycopg_pool import PoolTimeout

from crm.monitoring.private import words
from crm.session_life import BY_SCRIPT
from messenger.exceptions import Unavailable

logger = logging.getLogger(__name__)

LINE_SECONDS = 10.0
MOST_REASONS = 5
# PostgreSQL refuses before it can send a code: at its own limit, at that of a role or database, or but for superusers;
# and PgBouncer at its own.
_NO_ROOM = ("too many clients", "too many connections", "connection slots", "no more connections")


class Outage:
    """What is known of the one that goes on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._said: dict[str, float] = {}
        self._refusal: tuple[float, BaseException] | None = None

    def note(self, error: BaseException) -> None:
        """Says so, of each reason at most once in a while."""
        reason, now = self.reason_of(error), time.monotonic()
        with self._lock:
            self._said = {said: at for said, at in self._said.items() if now - at < LINE_SECONDS}
            if reason in self._said or len(self._said) >= MOST_REASONS:
                return
            self._said[reason] = now
        kind = "takes no changes" if is_read_only(error) else "can't be reached"
        logger.error("The database %s: %s", kind, reason)

    def remember(self, refusal: BaseException) -> None:
        """Why no connection could be made: those who wait for one hear only that it took too long."""
        self._refusal = time.monotonic(), refusal

    def reason_of(self, error: BaseException) -> str:
        """In words that hold nothing private."""
        waited = isinstance(error.__cause__ or error, PoolTimeout)
        refusal = self._last_refusal() if waited else None
        return words(refusal or error) or type(error).__name__

    @property
    def lacks_connections(self) -> bool:
        """Whether the server said so a moment ago."""
        refusal = self._last_refusal()
        return refusal is not None and any(sign in str(refusal) for sign in _NO_ROOM)

    def _last_refusal(self) -> BaseException | None:
        at, refusal = self._refusal or (0.0, None)
        return refusal if time.monotonic() - at < LINE_SECONDS else None


outage = Outage()


def is_outage(error: BaseException) -> bool:
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout) or is_read_only(error)


def is_read_only(error: BaseException) -> bool:
    """A replica, or a server that was told to take no changes."""
    return isinstance(error, InternalError) and isinstance(
        error.__cause__, psycopg.errors.ReadOnlySqlTransaction
    )


def note_outage(error: BaseException) -> None:
    """To be called where the error ends."""
    outage.note(error)
    if isinstance(error.__cause__, psycopg.errors.AdminShutdown) or _was_cut(error):
        _let_go_of_the_dead()


class OutageMiddleware:
    """The innermost: what views and their templates raise comes here first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_outage(error):
            return None
        note_outage(error)
        return _answer(request)


class RefusalsOfThePool(logging.Filter):
    """The pool tells of each failed try, with reasons that our log leaves out: they are kept for our own line."""

    def filter(self, record: logging.LogRecord) -> bool:
        found = [value for value in record.args or () if isinstance(value, psycopg.Error)]
        if found:
            outage.remember(found[-1])
        return record.levelno >= logging.ERROR


class WithoutUnavailable(logging.Filter):
    """Why something is not available has its line already; Django would add an error per request."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE


class WithoutTraceback(logging.Filter):
    """Where a library meets an outage is of no interest."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and is_outage(error):
            record.exc_info = None
            record.msg, record.args = f"{record.getMessage()}: {outage.reason_of(error)}", ()
        return True


def install() -> None:
    logging.getLogger("psycopg.pool").addFilter(RefusalsOfThePool())
    logging.getLogger("django.request").addFilter(WithoutUnavailable())
    for name in ("django-q", "crm.monitoring.tasks"):
        logging.getLogger(name).addFilter(WithoutTraceback())


def _was_cut(error: BaseException) -> bool:
    cause = error.__cause__
    return (
        isinstance(cause, psycopg.OperationalError)
        and cause.sqlstate is None
        and not isinstance(cause, PoolTimeout)
    )


def _let_go_of_the_dead() -> None:
    """A restart cuts all connections of the pool; else each of them would cost one more request."""
    pool = getattr(connection, "pool", None)
    if pool is not None:
        connection.close()
        pool.check()


def _answer(request: HttpRequest) -> HttpResponse:
    error = Unavailable()
    headers = {"Retry-After": str(error.retry_after)}
    if BY_SCRIPT in request.headers or not request.accepts("text/html"):
        return JsonResponse(error.payload(), status=error.status, headers=headers)
    return HttpResponse(render_to_string("503.html"), status=error.status, headers=headers)
