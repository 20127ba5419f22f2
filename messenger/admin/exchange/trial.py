"""A file that was read: kept until its preview is confirmed, tried and written."""

import secrets
from typing import Any, NamedTuple

import tablib

from messenger.volatile import volatile

# How long a preview can be confirmed.
KEPT_SECONDS = 3600


class Upload(NamedTuple):
    """`names` are the columns' names in our own words, `rows` have their numbers in the file."""

    file_name: str
    names: list[str]
    rows: list[tuple[int, list[str]]]

    @property
    def numbers(self) -> list[int]:
        return [number for number, _row in self.rows]

    def dataset(self) -> tablib.Dataset:
        return tablib.Dataset(*[row for _number, row in self.rows], headers=self.names)


def attempt(resource: Any, upload: Upload, *, is_trial: bool) -> Any:
    """import_export's result; what was written is taken back after a trial, and where any row failed."""
    return resource.import_data(
        upload.dataset(),
        dry_run=is_trial,
        use_transactions=True,
        rollback_on_validation_errors=True,
        retain_instance_in_row_result=True,
    )


def keep(upload: Upload, owner: str) -> str:
    """The token under which `owner` finds it again, in whatever process."""
    token = secrets.token_urlsafe(16)
    volatile.set(_key(token, owner), list(upload), KEPT_SECONDS)
    return token


def kept(token: str, owner: str) -> Upload | None:
    found = volatile.get(_key(token, owner)) if token else None
    return Upload(*found) if found else None


def forget(token: str, owner: str) -> None:
    volatile.delete(_key(token, owner))


def _key(token: str, owner: str) -> str:
    return f"messenger:import:{owner}:{token[:64]}"
