"""By what contacts and messages are found: expressions that indexes and queries share. Their functions are in 0013."""

from django.contrib.postgres.search import SearchVectorField
from django.db.models import F, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Lower

# Messages are found in stretches of so many ids, the newest first: see services/search.py.
STRETCH_BITS = 15

# Databases of the locale C know neither the case of Cyrillic letters nor trigrams of them.
SMALL = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
PLAIN = SMALL.replace("ё", "е")
ASCII = "abvgdejziyklmnoprstufhcqwx123456e"
_TO_ASCII = str.maketrans(SMALL + SMALL.upper(), ASCII * 2)
_TO_PLAIN = str.maketrans(SMALL.upper() + "ё", PLAIN + "е")


def in_ascii(text: str) -> str:
    """Letter for letter, as the index has it; what is found so is compared with the plain text as well."""
    return text.lower().translate(_TO_ASCII)


def plain(text: str) -> str:
    """In small letters, ё as е."""
    return text.lower().translate(_TO_PLAIN)


def plain_contact() -> Func:
    """Name and email, each behind a space."""
    text = Concat(Value(" "), "name", Value(" "), "email", output_field=TextField())
    return translated(Lower(text), SMALL.upper() + "ё", PLAIN + "е")


def translated(text: Combinable, letters: str, others: str) -> Func:
    return Func(text, Value(letters), Value(others), function="translate", output_field=TextField())


def contact_text() -> Func:
    """Name and email in letters of which any database makes trigrams, Cyrillic ones included."""
    return Func(F("name"), F("email"), function="messenger_contact_text", output_field=TextField())


def phone_digits() -> Func:
    return Func(F("phone"), function="messenger_phone_digits", output_field=TextField())


def message_text() -> Func:
    """The words of the text, each behind the stretch of ids in which the message stands."""
    return Func(F("id"), F("body"), function="messenger_message_text", output_field=SearchVectorField())
