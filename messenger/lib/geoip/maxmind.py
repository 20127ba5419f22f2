"""The provider MaxMind: a database of the kind GeoIP2 City or GeoLite2 City, in a file on this machine.

The file is mapped into memory. A new one should be moved into its place, as `geoipupdate` does, not copied over it.
"""

import logging
import threading
from pathlib import Path
from typing import NamedTuple

from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError
from geoip2.models import City
from maxminddb import InvalidDatabaseError

from messenger.lib.geoip.provider import LookupFailed, Place

logger = logging.getLogger(__name__)

# What reading a file that is no database, or another one, or damaged, ends with.
_BROKEN = (OSError, InvalidDatabaseError, ValueError, TypeError, AttributeError, LookupError)
_Version = tuple[int, ...] | None


class _Opened(NamedTuple):
    """One version of the file; without a reader, why there is none."""

    version: _Version
    reader: Reader | None
    reason: str = ""


class MaxMind:
    """Opens the file at the first lookup, and again when it was replaced. The log tells once what is wrong with it."""

    is_local = True

    def __init__(self, path: str, language: str) -> None:
        self._path = Path(path)
        self._locales = [language, "en"]
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    def locate(self, address: str) -> Place | None:
        opened = self._current()
        if opened.reader is None:
            raise LookupFailed(opened.reason)
        try:
            if ":" in address and opened.reader.metadata().ip_version == 4:
                return None
            return _place_of(opened.reader.city(address))
        except AddressNotFoundError:
            return None
        except _BROKEN as error:
            raise LookupFailed(self._give_up(opened, error)) from error

    def paused(self) -> str | None:
        return None if self._current().reader else "file"

    def _current(self) -> _Opened:
        version = self._version()
        with self._lock:
            if self._opened is None or self._opened.version != version:
                # The old reader isn't closed: another thread may be reading. It goes with its last user.
                self._opened = self._open(version)
            return self._opened

    def _open(self, version: _Version) -> _Opened:
        try:
            return _Opened(version, Reader(self._path, self._locales))
        except _BROKEN as error:
            return _Opened(version, None, _tell(error))

    def _give_up(self, opened: _Opened, error: Exception) -> str:
        """Until the file is replaced."""
        with self._lock:
            if self._opened is opened:
                self._opened = _Opened(opened.version, None, _tell(error))
        return type(error).__name__

    def _version(self) -> _Version:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _tell(error: Exception) -> str:
    reason = type(error).__name__
    logger.warning("The GeoIP database can't be read: %s", reason)
    return reason


def _place_of(city: City) -> Place | None:
    """By the largest subdivision: a smaller one is a district of it."""
    if not city.subdivisions:
        return None
    subdivision = city.subdivisions[0]
    return Place(city.country.iso_code or "", subdivision.name or "", subdivision.iso_code or "")
