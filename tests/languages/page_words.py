"""The words that a reader meets on a page, seen or read out, without what is data, code or an address."""

import re
from collections.abc import Iterator, Set
from html.parser import HTMLParser

READ_OUT = {"title", "placeholder", "aria-label", "aria-description", "alt"}
# Texts that our scripts show later.
FOR_SCRIPTS = re.compile(r"^data-(?:text|label|title|hint|.*-text|.*-label)$")
SILENT = {"script", "style", "code", "pre", "textarea", "kbd", "bdi"}
# The names of time zones are the same everywhere.
ZONES = {"time_zone"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BUTTONS = {"submit", "button", "reset"}
LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]+")
CYRILLIC = re.compile(r"[А-Яа-яЁё][А-Яа-яЁё-]+")
# Placeholders of sentences, and what is an address in whatever language.
ADDRESSES = re.compile(
    r"%\(\w+\)[sd]|\{\{.*?\}\}|\w+://\S+|\S+@\S+|/[\w/-]+|[\w-]+\.[\w.-]*\w|data-[\w-]+|MESSENGER_\w+|[a-z]+=\S+"
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        silent = self._is_silent or tag in SILENT or self._is_icon(values) or values.get("lang") == "mul"
        if not silent:
            self.texts += [text for name, text in values.items() if _is_read(name)]
            if tag == "input" and values.get("type") in BUTTONS:
                self.texts.append(values.get("value", ""))
        if tag not in VOID:
            self._open.append((tag, silent or values.get("name") in ZONES))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, _silent = self._open.pop()
            if opened == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._is_silent:
            self.texts.append(data)

    @property
    def _is_silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    @staticmethod
    def _is_icon(values: dict[str, str]) -> bool:
        """The icon font draws its icons by English names."""
        return "material-symbols-outlined" in values.get("class", "")


def _is_read(name: str) -> bool:
    return name in READ_OUT or FOR_SCRIPTS.match(name) is not None


def _texts(html: str) -> Iterator[str]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for text in reader.texts:
        yield ADDRESSES.sub(" ", " ".join(text.split()))


def foreign_words(html: str, *, language: str, allowed: Set[str]) -> dict[str, str]:
    """Words in the other language's letters, each with the text that it stands in."""
    letters = LATIN if language == "ru" else CYRILLIC
    return {
        word: text
        for text in _texts(html)
        for word in letters.findall(text)
        if word.casefold() not in allowed
    }
