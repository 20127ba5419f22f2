"""A limit of time for statements whose work depends on what somebody looks for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

_SET = "set_config('statement_timeout', %s, true)"


class TookTooLong(Exception):
    """The database gave up a statement."""


@contextmanager
def within(milliseconds: int) -> Iterator[None]:
    """Each statement of the block, in a transaction of their own; raises TookTooLong."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT current_setting('statement_timeout'), {_SET}", [str(milliseconds)])
                before = cursor.fetchone()[0]
            yield
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {_SET}", [before])
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong from error
        raise
