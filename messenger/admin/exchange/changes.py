"""What an import would change, cell by cell, for the preview."""

from typing import Any, NamedTuple

from import_export.resources import Diff


class Cell(NamedTuple):
    """`before` is None where nothing changes, or nothing was there; `title` is the column's."""

    after: str
    before: str | None = None
    title: str = ""


class Changes(Diff):  # type: ignore[misc]
    """import_export's own is HTML in two pale colors, and can't be read in the dark."""

    def as_html(self) -> list[Cell]:
        """Called so by import_export; the preview's template makes the HTML."""
        pairs = zip(self.left, self.right, strict=True)
        return [Cell(after, None if self.new or before == after else before) for before, after in pairs]


def cells_of(values: dict[str, Any], names: list[str]) -> list[Cell]:
    """Of a row that can't be taken: as it stands in the file."""
    return [Cell(str(values.get(name, ""))) for name in names]
