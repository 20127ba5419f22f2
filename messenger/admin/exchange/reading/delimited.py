"""CSV as Excel, Numbers and programs write it."""

import csv
from collections.abc import Iterator
from io import StringIO

from django.utils.translation import gettext as _

from messenger.admin.exchange.reading.errors import Unreadable
from messenger.lib.text_encoding import decoded

DELIMITERS = ",;\t"


def rows_of_csv(content: bytes) -> Iterator[list[str]]:
    text = decoded(content)
    if text is None:
        raise Unreadable(_("The file's letters can't be read. Please save it as CSV in UTF-8."))
    lines = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        yield from lines
    except csv.Error as error:
        raise Unreadable(_("Line %(number)d can't be read as CSV.") % {"number": lines.line_num}) from error


def _delimiter(text: str) -> str:
    """What parts the head: Excel takes the sign that the reader's language lists with."""
    head = text.partition("\n")[0]
    return max(DELIMITERS, key=head.count)
