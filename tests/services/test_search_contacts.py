"""Who is found by name and address: nobody is missed by the index, and nobody else is shown."""

import json

import pytest
from django.db import connection

from messenger.models import Contact, Inbox
from messenger.models.search_text import trigrams_of
from messenger.services.search_people import contacts_like

NAMES = [
    "Анна Ёлкина",
    "O'Neil-Петров",
    "Müller",
    "İstanbul ß",
    "李小龙",
    "a.b_c@d.ru",
    "№5 (VIP)",
    "ЩЁКИН\tЛев",
    "x",
]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_part_of_a_name_is_found_by_its_trigrams(db: None, name: str) -> None:
    email = "first.last+tag@mail.example"
    written = f" {name} {email}"
    parts = {written[start:end] for start in range(len(written)) for end in range(start + 1, start + 9)}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT part FROM jsonb_each(%s::jsonb) AS given (part, trigrams)
            WHERE NOT show_trgm(messenger_contact_text(%s, %s)) @> ARRAY(SELECT jsonb_array_elements_text(trigrams))""",
            [json.dumps({part: trigrams_of(part) for part in parts}), name, email],
        )
        assert cursor.fetchall() == []


def test_trigrams_are_padded_where_a_word_is_known_to_begin_or_end() -> None:
    assert trigrams_of("ёлка") == ["elk", "lka"]
    assert trigrams_of(" Ив") == ["  i", " iv"]
    assert trigrams_of("ab.c") == ["  c", "ab "]
    assert trigrams_of("üabü") == []


@pytest.mark.parametrize(
    ("word", "is_found"),
    [
        ("петров", True),
        ("ПЕТРОВ", True),
        ("petrov", False),
        ("пЁтров", True),
        ("п.тров", False),
        ("(vip)", True),
        ("(?i)vip", False),
        ("***", False),
        ("п", True),
        ("етр", True),
        ("ет", False),
    ],
)
def test_letters_are_themselves_in_any_case(inbox: Inbox, word: str, is_found: bool) -> None:
    """Cyrillic letters stand in the index as Latin ones; what is looked for is no pattern; two letters begin a word."""
    Contact.objects.create(inbox=inbox, name="Петров (VIP)")
    assert contacts_like(word).exists() is is_found
