"""Phone numbers however they are written: "+7 (912) 345-67-89", "8912 3456789" and "9123456789" are one."""

import re

_LOOKS_LIKE_ONE = re.compile(r"[\d\s()+./-]+")
# Three digits stand in every hundredth number.
_LEAST_DIGITS = 4


def digits_of(text: str) -> str:
    return "".join(re.findall(r"[0-9]", text))


def normal(text: str) -> str:
    """The digits, with the country's code where it is Russia's and was left out or written as an 8.

    The database's function messenger_phone_digits does the same.
    """
    return re.sub(r"^(?:8(?=\d{10}$)|(?=9\d{9}$))", "7", digits_of(text))


def patterns(query: str) -> list[str]:
    """What to look for in normal numbers; nothing where the query is no part of a phone number.

    Of the beginning of a number an 8 may be the country's code or a digit as any.
    """
    found = normal(query)
    if len(found) < _LEAST_DIGITS or not _LOOKS_LIKE_ONE.fullmatch(query.strip()):
        return []
    return [found, f"7{found[1:]}"] if found.startswith("8") and len(found) < 11 else [found]
