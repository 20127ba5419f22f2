"""Files that people import → rows of texts, within limits, whatever somebody puts into the file."""

from messenger.admin.exchange.reading.errors import Unreadable
from messenger.admin.exchange.reading.limits import COLUMNS, FILE_BYTES, ROWS
from messenger.admin.exchange.reading.table import Table, read

__all__ = ["COLUMNS", "FILE_BYTES", "ROWS", "Table", "Unreadable", "read"]
