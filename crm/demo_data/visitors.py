"""Visitors who never lived."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import TYPE_CHECKING

from crm.demo_data.texts import texts
from messenger.models import Contact, Inbox

if TYPE_CHECKING:
    from crm.demo_data.story import Story

# Contacts have ids of their own making, which nobody can change: by them the demo knows what it made.
NAMESPACE = uuid.UUID("6f0c1a52-70d4-4f6e-9a53-2d0d5a7f6b11")
_MOBILE_CODES = ("900", "904", "908", "912", "919", "922", "950", "965", "982")


@dataclass(slots=True)
class Visitor:
    """A contact, and what the messenger doesn't know of it; from `free_at` on they may come with something new."""

    contact: Contact
    lang: str
    feminine: bool
    given_name: str
    latest: "Story | None" = None
    free_at: datetime | None = None


def contact_id(inbox_key: str, number: int) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, f"{inbox_key}/{number}")


def new_visitor(
    rng: Random, *, inbox: Inbox, inbox_key: str, number: int, lang: str, region_id: int | None
) -> Visitor:
    """Most say who they are; some write from the page without a word about themselves."""
    names = texts("visitors")[lang]
    feminine = rng.random() < 0.5
    given = rng.choice(names["feminine" if feminine else "masculine"])
    surname = rng.choice(names["surnames"]) + ("а" if feminine and lang == "ru" else "")
    named = rng.random() < 0.8
    contact = Contact(
        id=contact_id(inbox_key, number),
        inbox=inbox,
        region_id=region_id,
        locale=lang,
        external_id=f"client-{10_000 + number}" if rng.random() < 0.2 else "",
        name=(f"{given} {surname}" if rng.random() < 0.6 else given) if named else "",
        email=_email(rng, given, surname) if rng.random() < 0.55 else "",
        phone=_phone(rng) if rng.random() < 0.45 else "",
    )
    return Visitor(contact, lang, feminine, given if named else "")


def _email(rng: Random, given: str, surname: str) -> str:
    first, last = _latin(given), _latin(surname)
    name = rng.choice(
        [f"{first}.{last}", f"{last}.{first[0]}", f"{first}{rng.randint(70, 99)}", f"{first[0]}.{last}"]
    )
    return f"{name}@{rng.choice(['example.com', 'example.org', 'example.net'])}"


def _phone(rng: Random) -> str:
    """Of a form that no operator has given to anyone: the three zeros."""
    digits = f"{rng.randint(0, 9999):04}"
    return f"+7 {rng.choice(_MOBILE_CODES)} 000-{digits[:2]}-{digits[2:]}"


def _latin(word: str) -> str:
    return word.lower().translate(str.maketrans(texts("visitors")["latin"]))
