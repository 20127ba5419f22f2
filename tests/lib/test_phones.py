"""Phone numbers as people write them, and as they look for them."""

import pytest
from django.db import connection

from messenger.lib.phones import normal, patterns

WRITTEN = [
    ("+7 (912) 345-67-89", "79123456789"),
    ("8 912 345 67 89", "79123456789"),
    ("9123456789", "79123456789"),
    ("8 (343) 222-33-44", "73432223344"),
    ("+49 30 901820", "4930901820"),
    ("8-800", "8800"),
    ("", ""),
    ("call me", ""),
    ("٣٤٥", ""),
]


@pytest.mark.parametrize(("written", "number"), WRITTEN)
def test_normal(written: str, number: str) -> None:
    assert normal(written) == number


@pytest.mark.parametrize("written", [written for written, _number in WRITTEN])
def test_the_database_agrees(db: None, written: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT messenger_phone_digits(%s)", [written])
        assert cursor.fetchone()[0] == normal(written)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("345 67 89", ["3456789"]),
        ("8912", ["8912", "7912"]),
        ("+7 912", ["7912"]),
        ("89123456789", ["79123456789"]),
        ("12", []),
        ("order 345", []),
        ("", []),
    ],
)
def test_patterns(query: str, expected: list[str]) -> None:
    assert patterns(query) == expected
