"""What an uploaded file really is, by its content alone, and making it harmless."""

from messenger.lib.uploads.cleaning import CleanFile, clean_file
from messenger.lib.uploads.errors import FileRefused
from messenger.lib.uploads.kinds import DEFAULT_TYPES, INLINE_TYPES, KNOWN_TYPES
from messenger.lib.uploads.names import clean_name

__all__ = [
    "DEFAULT_TYPES",
    "INLINE_TYPES",
    "KNOWN_TYPES",
    "CleanFile",
    "FileRefused",
    "clean_file",
    "clean_name",
]
