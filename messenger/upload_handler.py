"""Stops an upload while it is read: neither a file nor their number goes beyond what may come in."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from messenger.exceptions import Invalid, MessengerError
from messenger.services import attaching


class LimitingUploadHandler(FileUploadHandler):
    """Stands before Django's own handlers; `refusal` says afterwards why the rest was not read."""

    def __init__(self, request: Any, max_bytes: Callable[[], int]) -> None:
        super().__init__(request)
        self._max_bytes = max_bytes
        self._files = 0
        self.refusal: MessengerError | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._files += 1
        if self._files > attaching.MAX_FILES:
            self._stop(Invalid({"files": [attaching.too_many()]}))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > self._max_bytes():
            self._stop(attaching.too_large(self._max_bytes()))
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""

    def _stop(self, refusal: MessengerError) -> None:
        self.refusal = refusal
        # As by this exception alone Django closes and removes what it has taken so far.
        raise StopUpload(connection_reset=True)
