"""Round pictures made of initials: a person is found faster by colour than by reading."""

from dataclasses import dataclass
from typing import Self

from messenger.models import Contact

TONES = 8


@dataclass(frozen=True, slots=True)
class Avatar:
    """`initials` is empty where no name is known; `tone` is one of the palette's colours."""

    initials: str
    tone: int

    @classmethod
    def of(cls, contact: Contact) -> Self:
        return cls(initials(contact.name or contact.email), contact.pk.int % TONES)


def initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()
