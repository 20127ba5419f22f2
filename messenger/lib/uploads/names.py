"""The name under which people see a file."""

import re
import unicodedata

from messenger.lib.uploads.kinds import KNOWN_TYPES

MAX_LENGTH = 120

_SEPARATORS = re.compile(r"[/\\]")
_SPACES = re.compile(r"\s+")
# What file systems refuse; quotes would also end the name in a Content-Disposition header.
_RESERVED = re.compile(r'[<>:"|?*]')
# Control, format (bidi, zero-width), surrogate, private and unassigned; line and paragraph separators.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks that are drawn as nothing.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
)
_EDGES = ". "


def clean_name(name: str, content_type: str) -> str:
    """At most 120 characters, in NFC, with an extension of `content_type` at its end.

    The extension of another known type is replaced: pictures are misnamed every day. Any other is kept, and the
    right one put behind it ("invoice.pdf.exe" that is a PDF becomes "invoice.pdf.exe.pdf"): a dot doesn't always
    begin an extension ("Offer v1.2"), and the name still shows what the sender wrote.
    """
    extensions = KNOWN_TYPES.get(content_type, ("bin",))
    stem, extension = _split(_visible(name), extensions)
    if stem.partition(".")[0].rstrip().casefold() in _DEVICES:
        stem = f"_{stem}"
    stem = stem[: MAX_LENGTH - len(extension) - 1].rstrip(_EDGES)
    return f"{stem or 'file'}.{extension}"


def _visible(name: str) -> str:
    """The last part of a path, without what can't be seen."""
    text = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    text = _SPACES.sub(" ", text)
    text = "".join(character for character in text if not _is_hidden(character))
    text = unicodedata.normalize("NFC", _RESERVED.sub("_", text))
    return text.strip(_EDGES)


def _is_hidden(character: str) -> bool:
    return character in _BLANKS or unicodedata.category(character) in _HIDDEN_CATEGORIES


def _split(name: str, extensions: tuple[str, ...]) -> tuple[str, str]:
    """The stem, and the extension that it gets."""
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return ("", extensions[0]) if name.lower() in extensions else (name, extensions[0])
    stem = stem.rstrip(_EDGES)
    if extension.lower() in extensions:
        return stem, extension
    is_known = any(extension.lower() in others for others in KNOWN_TYPES.values())
    return (stem if is_known else name), extensions[0]
