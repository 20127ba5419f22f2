"""An export of any size takes the memory of a batch."""

import tracemalloc
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from messenger.models import Inbox
from tests.admin.exchange.files import CONTACTS, exported

# With 100,000 it is the same (tests/benchmarks/exports.py); the suite has less time.
ROWS = 8000
MB = 1_048_576


@pytest.fixture
def many_contacts(inbox: Inbox) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO messenger_contact (id, inbox_id, external_id, claimed_external_id, name, email, phone,
                   locale, is_blocked, created_at)
               SELECT gen_random_uuid(), %s, '', '', 'Client ' || n, n || '@example.com', '+7912' || n, 'ru', false,
                   now() FROM generate_series(1, %s) AS n""",
            [inbox.pk, ROWS],
        )
        cursor.execute("ANALYZE messenger_contact")
    return ROWS


def test_many_rows_in_the_memory_of_a_batch(administrator_client: Client, many_contacts: int) -> None:
    response = exported(administrator_client, CONTACTS)
    lines, grown = peak_of(lambda: sum(piece.count(b"\n") for piece in response.streaming_content))
    assert lines == many_contacts + 1
    assert grown < 16 * MB


def peak_of(work: Callable[[], int]) -> tuple[int, int]:
    """What it gives, and the most bytes of Python's that it held at once."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
