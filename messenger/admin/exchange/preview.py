"""What an import does to each row of the file: shown before, and after when it could not be done."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from messenger.admin.exchange.changes import Cell, cells_of
from messenger.services.exporting import Column

logger = logging.getLogger(__name__)

# More rows than that nobody reads; those with errors come first.
SHOWN = 200
ORDER = ("invalid", "error", "update", "new", "skip")


class Line(NamedTuple):
    """`kind` is import_export's: new, update, skip, invalid or error; `instance` is there once it was written."""

    number: int
    kind: str
    cells: list[Cell]
    errors: list[str]
    instance: Any = None


@dataclass(frozen=True)
class Preview:
    titles: list[str]
    lines: list[Line]
    new: int
    changed: int
    unchanged: int
    faulty: int

    @property
    def shown(self) -> list[Line]:
        """What is wrong first, then what changes."""
        return sorted(self.lines, key=lambda line: (ORDER.index(line.kind), line.number))[:SHOWN]

    @property
    def hidden(self) -> int:
        return max(0, len(self.lines) - SHOWN)

    @property
    def changes_anything(self) -> bool:
        return bool(self.new or self.changed)


def preview_of(result: Any, numbers: Sequence[int], columns: Sequence[Column[Any]]) -> Preview:
    """Of import_export's result, with the numbers that the rows have in the file."""
    for error in result.base_errors:
        raise error.error
    titles = {column.name: _sentence(str(column.title)) for column in columns}
    lines = [_line(row, number, titles) for row, number in zip(result.rows, numbers, strict=True)]
    totals = result.totals
    return Preview(
        titles=list(titles.values()),
        lines=lines,
        new=totals["new"],
        changed=totals["update"],
        unchanged=totals["skip"],
        faulty=totals["invalid"] + totals["error"],
    )


def _line(row: Any, number: int, titles: dict[str, str]) -> Line:
    if row.validation_error:
        errors = _sentences(row.validation_error, titles)
    elif row.errors:
        logger.error("Row %d could not be imported", number, exc_info=row.errors[0].error)
        errors = [_("This row could not be written.")]
    else:
        return Line(number, row.import_type, _titled(row.diff, titles), [], row.instance)
    cells = cells_of(row.row_values, list(titles))
    return Line(number, row.import_type, _titled(cells, titles), errors)


def _titled(cells: list[Cell], titles: dict[str, str]) -> list[Cell]:
    return [cell._replace(title=title) for cell, title in zip(cells, titles.values(), strict=True)]


def _sentences(error: Any, titles: dict[str, str]) -> list[str]:
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [
        f"{titles[field]}: {sentence}" if field in titles else sentence
        for field, sentences in error.message_dict.items()
        for sentence in sentences
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
