"""Message text → HTML: **bold**, links, line breaks; all else is plain text.

The same rules stand in the widget's `format.js`; both run tests/format_cases.json.
"""

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

# White space as JavaScript's \s has it.
_SPACE = "\\f\\n\\r\\t\\v \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
_INVISIBLE = "\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff"
_BOLD = re.compile(rf"\*\*(?![{_SPACE}*])((?:(?!\*\*)[^\n])*[^{_SPACE}*])\*\*")
_LINK = re.compile(rf'(?<!\w)https?://[^\W_][^{_SPACE}<>"{_INVISIBLE}]*', re.IGNORECASE)
_CLOSING = ".,;:!?'*»”’…"
_OPENING = {")": "(", "]": "[", "}": "{"}


def format_message(text: str) -> SafeString:
    """Safe HTML of a message's text."""
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    parts: list[str] = []
    end = 0
    for match in _BOLD.finditer(normal):
        parts += [_linked(normal[end : match.start()]), "<strong>", _linked(match[1]), "</strong>"]
        end = match.end()
    parts.append(_linked(normal[end:]))
    return mark_safe("".join(parts))  # noqa: S308  (every part is escaped)


def _linked(text: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        url = _without_tail(match[0])
        parts += [_lines(text[end : match.start()]), _link(url)]
        end = match.start() + len(url)
    parts.append(_lines(text[end:]))
    return "".join(parts)


def _link(url: str) -> str:
    return format_html('<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>', url)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _without_tail(url: str) -> str:
    """Without punctuation that ends the sentence, and brackets that were not opened in the link."""
    while (last := url[-1]) in _CLOSING or (last in _OPENING and url.count(last) > url.count(_OPENING[last])):
        url = url[:-1]
    return url
