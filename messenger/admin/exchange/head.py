"""Which column of a file is which: by the names that programs use, and by the titles that people read."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from messenger.admin.exchange.reading import Unreadable
from messenger.services.exporting import Column


def names_of(head: Sequence[str], columns: Sequence[Column[Any]], key: str) -> list[str]:
    """Raises Unreadable where a title is unknown or comes twice, or the column `key` is missing."""
    known = _known(columns)
    names = [known.get(title.strip().casefold(), "") for title in head]
    unknown = [title[:40] or "…" for title, name in zip(head, names, strict=True) if not name]
    if unknown:
        titles = ", ".join(str(column.title) for column in columns)
        sentence = _("These columns are not known: %(unknown)s. There are: %(known)s.")
        raise Unreadable(sentence % {"unknown": ", ".join(unknown[:5]), "known": titles})
    if len(set(names)) < len(names):
        raise Unreadable(_("A column comes twice."))
    if key not in names:
        title = next(column.title for column in columns if column.name == key)
        raise Unreadable(_("The column “%(title)s” is missing.") % {"title": title})
    return names


def _known(columns: Sequence[Column[Any]]) -> dict[str, str]:
    known = {column.name.casefold(): column.name for column in columns}
    for language, _name in settings.LANGUAGES:
        with override(language):
            known |= {str(column.title).casefold(): column.name for column in columns}
    return known
