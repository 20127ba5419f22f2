"""By what contacts and messages are found: expressions that indexes and queries share. Their functions are in 0013."""

import re

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat

# Messages are found in stretches of so many ids, the newest first: see services/search_words.py.
STRETCH_BITS = 15

# Databases of the locale C know neither the case of Cyrillic letters nor trigrams of them.
SMALL = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
ASCII = "abvgdejziyklmnoprstufhcqwx123456e"
_RUN = re.compile(r"[a-z0-9]+")
_TO_ASCII = str.maketrans(SMALL + SMALL.upper(), ASCII * 2)


def in_ascii(text: str) -> str:
    """Letter for letter, as the index has it; what is found so is compared with the plain text as well."""
    return text.lower().translate(_TO_ASCII)


def contact_trigrams() -> Func:
    """All trigrams of name and email, as an array: whether it holds others PostgreSQL knows from the index alone.

    For `LIKE` it looks at each row again, and that costs it more than twice the look into the index.
    """
    return Func(contact_text(), function="show_trgm", output_field=ArrayField(TextField()))


def trigrams_of(text: str) -> list[str]:
    """Those that any text has that contains this one.

    A run of letters and digits is known to begin or end a word only where an ASCII character stands beside it that is
    neither: whether another one counts as a letter is the database's locale to say.
    """
    small, found = in_ascii(text), set()
    for run in _RUN.finditer(small):
        begins, ends = small[: run.start()][-1:], small[run.end() :][:1]
        word = (
            f"{'  ' if begins.isascii() and begins else ''}{run[0]}{' ' if ends.isascii() and ends else ''}"
        )
        found |= {word[place : place + 3] for place in range(len(word) - 2)}
    return sorted(found)


def contact_pattern(word: str) -> str:
    """A regular expression for the word in any case, ё as е, of which a database of any locale makes the same."""
    return "".join(_in_any_case(letter) for letter in word)


def _in_any_case(letter: str) -> str:
    if letter.lower() in "её":
        return "[еЕёЁ]"
    cases = "".join(sorted({form for form in (letter.lower(), letter.upper(), letter) if len(form) == 1}))
    return f"[{cases}]" if cases.isalnum() else re.escape(letter)


def written_contact() -> Concat:
    """Name and email as they are written, each behind a space."""
    return Concat(Value(" "), "name", Value(" "), "email", output_field=TextField())


def contact_text() -> Func:
    """Name and email in letters of which any database makes trigrams, Cyrillic ones included."""
    return Func(F("name"), F("email"), function="messenger_contact_text", output_field=TextField())


def phone_digits() -> Func:
    return Func(F("phone"), function="messenger_phone_digits", output_field=TextField())


def message_text() -> Func:
    """The words of the text, each behind the stretch of ids in which the message stands."""
    return Func(F("id"), F("body"), function="messenger_message_text", output_field=SearchVectorField())
