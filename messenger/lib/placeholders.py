"""Texts with places to fill in: `{{ contact.name }}`, or `{{ contact.name|default:"there" }}`.

A parser of its own, which knows these two forms and nothing else: what people write is never given to a template
engine, where a name leads on to attributes and tags to whatever is loaded.
"""

import re
from collections.abc import Collection, Mapping

_PLACE = re.compile(r'\{\{[ \t]*([a-z_.]+)[ \t]*(?:\|[ \t]*default:[ \t]*"([^"{}\n]*)"[ \t]*)?\}\}')
_LEFTOVER = re.compile(r"\{\{[^{}\n]{0,60}(?:\}\}?)?|\}\}|\{%[^%\n]{0,60}(?:%\})?|%\}|\{#|#\}")
_GAP = "\0"
# At the beginning of a line what greets nobody goes with its comma, and the next word begins the sentence.
_FIRST = re.compile(rf"(?m)^[ \t]*{_GAP}(?:[ \t]*{_GAP})*[ \t]*[,;:]?[ \t]*(\w?)")
_INNER = re.compile(rf",?[ \t]*{_GAP}(?=[.!?…]|\Z)|[ \t]*{_GAP}(?=[\s,;:)»”\"])")


def problems(text: str, names: Collection[str]) -> tuple[list[str], list[str]]:
    """Names that are none of these, and pieces that look like a place and are none; each once."""
    unknown = [match[1] for match in _PLACE.finditer(text) if match[1] not in names]
    pieces = _LEFTOVER.findall(_PLACE.sub("", text))
    return list(dict.fromkeys(unknown)), list(dict.fromkeys(pieces))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled; where there is neither value nor default no double space is left.

    Values are taken as one line. A name that is unknown stays as it was written.
    """

    def value_of(match: re.Match[str]) -> str:
        if match[1] not in values:
            return match[0]
        value = " ".join(values[match[1]].replace(_GAP, "").split())
        return value or match[2] or _GAP

    filled = _PLACE.sub(value_of, text.replace(_GAP, ""))
    if _GAP not in filled:
        return filled
    filled = _FIRST.sub(lambda match: match[1].upper(), filled)
    return re.sub(rf"{_GAP}[ \t]*", "", _INNER.sub("", filled))
