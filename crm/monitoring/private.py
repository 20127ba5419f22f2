"""What may be told of an error: where it happened, and never what it was about.

An exception's own words are kept only where they come from the database, Redis or the operating system, and there
without values: `invalid literal for int(): 'a name'` repeats what a visitor wrote.
"""

import traceback
from collections.abc import Iterator

import psycopg
import redis
from django.db import Error as DjangoDatabaseError
from psycopg_pool import PoolTimeout

# Classes of SQLSTATE whose first line names constraints, columns and servers. 22 (data) and 42 (syntax) show values.
TELLING = frozenset({"08", "23", "25", "40", "53", "55", "57", "P0"})
MAX_FRAMES = 60
MAX_LINKS = 8


def name_of(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def words(error: BaseException) -> str:
    """The error's sentence as far as it holds nothing private; often empty."""
    if isinstance(error, DjangoDatabaseError) and isinstance(error.__cause__, psycopg.Error):
        error = error.__cause__
    if isinstance(error, PoolTimeout | redis.ConnectionError | redis.TimeoutError):
        return _first_line(str(error))
    if isinstance(error, psycopg.Error):
        return _of_database(error)
    if isinstance(error, OSError):
        return error.strerror or ""
    return ""


def title(error: BaseException) -> str:
    said = words(error)
    return f"{name_of(error)}: {said}" if said else name_of(error)


def told(error: BaseException) -> str:
    """A traceback such as Python's, with code and without values: the oldest error of the chain first."""
    parts = [
        "\n".join(["Traceback (most recent call last):", *_frames(link), title(link), *_members(link)])
        for link in links(error)
    ]
    return "\n\n".join(parts)


def links(error: BaseException) -> list[BaseException]:
    """The chain of errors that led to this one, the oldest first."""
    found: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in found and len(found) < MAX_LINKS:
        found.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return found[::-1]


def _of_database(error: psycopg.Error) -> str:
    state = error.sqlstate
    if state is None:
        return _first_line(str(error)) if isinstance(error, psycopg.OperationalError) else ""
    if state[:2] not in TELLING:
        return f"SQLSTATE {state}"
    return error.diag.message_primary or _first_line(str(error))


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _frames(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]:
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        if frame.line:
            yield f"    {frame.line}"


def _members(error: BaseException) -> Iterator[str]:
    """Of a group each error, in a line."""
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions[:MAX_LINKS]:
            yield f"  + {title(member)}"
