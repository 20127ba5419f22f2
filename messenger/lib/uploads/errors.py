"""Why a file isn't taken."""

from typing import Literal

Reason = Literal["empty", "too_large", "type", "damaged", "too_many_pixels"]


class FileRefused(Exception):
    """`content_type` is what was found, as far as anything was."""

    def __init__(self, reason: Reason, content_type: str = "") -> None:
        super().__init__(f"{reason}: {content_type}" if content_type else reason)
        self.reason: Reason = reason
        self.content_type = content_type
