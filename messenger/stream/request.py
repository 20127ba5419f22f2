"""Reads the request of a stream with Django's own tools, once, when it is opened."""

import contextlib
import io
from collections.abc import Iterator

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.utils import translation
from psycopg_pool import PoolTimeout

from crm.database_outage import is_outage, outage
from crm.plain_http import came_in_the_clear
from messenger.exceptions import HttpsRequired, Invalid, Unavailable
from messenger.stream.wire import Scope


def read_request(scope: Scope) -> HttpRequest:
    return ASGIRequest(dict(scope), io.BytesIO())


def refuse_plain_http(request: HttpRequest) -> None:
    """Raises HttpsRequired: Django's middleware, which says the same of everything else, isn't here."""
    if came_in_the_clear(request):
        raise HttpsRequired


def language_of(request: HttpRequest) -> str:
    return translation.get_language_from_request(request)


@contextlib.contextmanager
def as_our_errors() -> Iterator[None]:
    """Malformed requests and a database that is away, as errors of the contract."""
    try:
        yield
    except SuspiciousOperation as error:
        raise Invalid from error
    except (DatabaseError, PoolTimeout) as error:
        if not is_outage(error):
            raise
        outage.note(error)
        raise Unavailable from error
