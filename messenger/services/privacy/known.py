"""What is known of a person, and how it is taken out of other people's words."""

import re
from collections.abc import Iterator
from typing import Any

from messenger.models import Contact

REDACTED = "[redacted]"
SHORTEST_WORD, SHORTEST_PHONE = 3, 7
FIELDS = ("name", "email", "phone", "external_id", "claimed_external_id")


class Known:
    """Name and the words of it, email, phone however it is written, ids: as whole words in any case.

    "Hello Maria" loses the name, and «Алена» is Алёна. What nobody can know stays: another form of the name ("Марии"
    of Мария), a nickname, an address in the middle of an answer.
    """

    def __init__(self, contact: Contact) -> None:
        patterns = sorted(set(_patterns(contact)), key=len, reverse=True)
        self._found = re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)
        self.is_empty = not patterns

    def scrub(self, text: str) -> str:
        return text if self.is_empty else self._found.sub(REDACTED, text)

    def scrub_all(self, value: Any) -> Any:
        """The same in all texts of what JSON can hold."""
        match value:
            case str():
                return self.scrub(value)
            case list():
                return [self.scrub_all(item) for item in value]
            case dict():
                return {key: self.scrub_all(item) for key, item in value.items()}
        return value


def _patterns(contact: Contact) -> Iterator[str]:
    values = {str(getattr(contact, field)).strip() for field in FIELDS}
    for value in (*values, *re.findall(r"[\w'’-]+", contact.name)):
        if len(value) >= SHORTEST_WORD:
            yield re.sub("[её]", "[её]", re.escape(value), flags=re.IGNORECASE)
    digits = re.sub(r"\D", "", contact.phone)
    if len(digits) == 11 and digits[0] in "78":
        # Written from within Russia, from abroad, or without the code.
        yield r"(?:(?:\+?7|8)[\s().-]*)?" + r"[\s().-]*".join(digits[1:])
    elif len(digits) >= SHORTEST_PHONE:
        yield r"\+?" + r"[\s().-]*".join(digits)
