"""Keeps the translations without GNU gettext: translations.py extract | check | compile.

extract  writes new msgids into locale/ru and takes out those that the code no longer has
check    names what is missing, fuzzy, untranslated, no longer used, differs in its placeholders, or is
         translated in two ways: Django merges the files, so one of the two would never show

Strings of Django's own stay Django's; one that reads badly here is translated anew by adding it to locale/ru.
compile  makes the .mo files where a .po is newer
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "ru"
KEYWORDS: dict[str, tuple[int | tuple[int, int] | tuple[int, str], ...] | None] = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|(?<!\{)\{\w*\}(?!\})")
# Parts of unfold for packages that we don't use.
UNUSED = {
    "constance", "guardian", "hijack", "location_field", "reversion", "reversion_compare", "simple_history",
    "tests", "unfold_crispy",
}  # fmt: skip
# Where Django's own strings come from: the parts of it that are installed.
DJANGO = (
    "conf",
    "contrib/admin",
    "contrib/auth",
    "contrib/contenttypes",
    "contrib/postgres",
    "contrib/sessions",
)
PLURAL_FORMS = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"
)

type Key = tuple[str | None, str, str]


@dataclass(frozen=True)
class Catalogue:
    """A folder of translations and the code whose strings it holds."""

    locale: Path
    source: Path
    # Holds no string that Django translates for everybody, unless somebody put it there.
    beside_django: bool = False

    @property
    def po(self) -> Path:
        return self.locale / LANGUAGE / "LC_MESSAGES" / "django.po"

    def keys(self) -> dict[Key, list[tuple[str, str]]]:
        """Every string with the files that use it."""
        found: dict[Key, list[tuple[str, str]]] = {}
        for path in sorted(self.source.rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not UNUSED & set(path.parts):
                for key in _strings(path):
                    places = found.setdefault(key, [])
                    place = (path.relative_to(self.source.parent).as_posix(), "")
                    if place not in places:
                        places.append(place)
        if self.beside_django:
            anew = self.entries().keys()
            for key in sorted(_django_strings(), key=str):
                if key in anew:
                    found.setdefault(key, [("django", "")])
                else:
                    found.pop(key, None)
        return found

    def entries(self) -> dict[Key, polib.POEntry]:
        return {_key(entry): entry for entry in polib.pofile(str(self.po))} if self.po.exists() else {}


def catalogues() -> list[Catalogue]:
    own = [Catalogue(ROOT / name / "locale", ROOT / name) for name in ("crm", "messenger")]
    # Unfold ships no Russian: its strings are translated in the project's own folder.
    return [*own, Catalogue(ROOT / "locale", _package("unfold"), beside_django=True)]


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"The package {name} is not installed: run scripts/setup.")
    return Path(spec.submodule_search_locations[0])


def _django_strings() -> set[Key]:
    root = _package("django")
    files = [root / part / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po" for part in DJANGO]
    return {_key(entry) for path in files for entry in polib.pofile(str(path)).translated_entries()}


def extract() -> int:
    for catalogue in catalogues():
        old = catalogue.entries()
        new = polib.POFile(wrapwidth=110)
        new.metadata = {
            "Language": LANGUAGE,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "Plural-Forms": PLURAL_FORMS,
        }
        for key, places in catalogue.keys().items():
            entry = old.get(key) or _new_entry(key)
            entry.occurrences = places
            new.append(entry)
        if new:
            catalogue.po.parent.mkdir(parents=True, exist_ok=True)
            new.save(str(catalogue.po))
    return 0


def check() -> int:
    faults = [fault for catalogue in catalogues() for fault in _faults(catalogue)]
    faults += _contradictions()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def compile_() -> int:
    for catalogue in catalogues():
        target = catalogue.po.with_suffix(".mo")
        if catalogue.po.exists() and not (
            target.exists() and target.stat().st_mtime >= catalogue.po.stat().st_mtime
        ):
            polib.pofile(str(catalogue.po)).save_as_mofile(str(target))
    return 0


def _faults(catalogue: Catalogue) -> Iterator[str]:
    name = catalogue.po.relative_to(ROOT)
    entries = catalogue.entries()
    wanted = catalogue.keys()
    for key in wanted.keys() - entries.keys():
        yield f"{name}: missing: {key[1]!r} ({wanted[key][0][0]})"
    for key in entries.keys() - wanted.keys():
        yield f"{name}: no longer used: {key[1]!r}"
    for key in entries.keys() & wanted.keys():
        if fault := _fault(entries[key]):
            yield f"{name}: {fault}: {key[1]!r}"


def _contradictions() -> Iterator[str]:
    first: dict[Key, polib.POEntry] = {}
    for catalogue in catalogues():
        for key, entry in catalogue.entries().items():
            other = first.setdefault(key, entry)
            if (other.msgstr, other.msgstr_plural) != (entry.msgstr, entry.msgstr_plural):
                yield f"{catalogue.po.relative_to(ROOT)}: also translated as {other.msgstr!r}: {key[1]!r}"


def _fault(entry: polib.POEntry) -> str | None:
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if entry.fuzzy:
        return "fuzzy"
    if entry.msgid_plural and len(translations) != 3:
        return "needs 3 plural forms"
    if not all(translations):
        return "not translated"
    wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    if any(sorted(PLACEHOLDER.findall(text)) != wanted for text in translations):
        return "other placeholders"
    return None


def _strings(path: Path) -> Iterator[Key]:
    # Only the image build and the start of a demo compile, and those have no Babel.
    from babel.messages.extract import extract as babel_extract  # noqa: PLC0415
    from django.utils.translation.template import templatize  # noqa: PLC0415

    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # What stands for markup is filler of any shape: indentation would confuse Python's tokenizer.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    for _line, message, _comments, context in babel_extract("python", BytesIO(text.encode()), KEYWORDS):
        singular, plural = message if isinstance(message, tuple) else (message, "")
        if singular:
            yield context, singular, plural


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def _new_entry(key: Key) -> polib.POEntry:
    context, singular, plural = key
    if not plural:
        return polib.POEntry(msgctxt=context, msgid=singular)
    return polib.POEntry(
        msgctxt=context, msgid=singular, msgid_plural=plural, msgstr_plural=dict.fromkeys(range(3), "")
    )


if __name__ == "__main__":
    commands = {"extract": extract, "check": check, "compile": compile_}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(commands[sys.argv[1]]())
