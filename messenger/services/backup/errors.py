from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error as DatabaseTrouble
from psycopg_pool import PoolTimeout


class BackupError(Exception):
    """It can't go on; the text is a sentence for a person."""


@contextmanager
def told_plainly() -> Iterator[None]:
    """Whatever else may happen to database and disk, as a sentence: cron's mail is read by somebody in a hurry."""
    try:
        yield
    except (DatabaseTrouble, PoolTimeout) as error:
        said = str(error).strip().partition("\n")[0].rstrip(".")
        raise BackupError(f"The database can't be used: {said or type(error).__name__}.") from error
    except OSError as error:
        raise BackupError(
            f"{error.filename or 'A file'} can't be used: {error.strerror or error}."
        ) from error
