"""After an anonymization with everything nothing of the person is found, wherever one looks."""

from pathlib import Path

import pytest
from django.db import connection
from django_redis import get_redis_connection

from messenger.models import Attachment, Contact, Message
from messenger.services.privacy.anonymize import anonymize
from tests.services.privacy.people import MARK, Person

pytestmark = pytest.mark.django_db(transaction=True)


def tables_with(text: str) -> list[str]:
    """All tables of the database that have it in a row, in any case."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f'SELECT 1 FROM "{table}" t WHERE t::text ILIKE %s LIMIT 1', [f"%{text}%"])
            found += [table] if cursor.fetchone() else []
    return found


def files_with(folder: Path, text: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def keys_with(text: str) -> list[bytes]:
    redis = get_redis_connection("default")
    return [key for key in redis.scan_iter() if text.encode() in key + (redis.get(key) or b"")]


def test_nothing_is_left(person: Person, folder: Path) -> None:
    assert len(tables_with(MARK)) >= 8
    assert len(files_with(folder, MARK)) == 7  # with the export
    assert keys_with(str(person.contact.pk))
    anonymize(person.contact.pk, redact_messages=True, delete_attachments=True, delete_sent_attachments=True)
    assert tables_with(MARK) == []
    assert tables_with("9123456789") == []
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert keys_with(str(person.contact.pk)) == keys_with(MARK) == []


def test_statistics_are_left(person: Person) -> None:
    def numbers() -> list[object]:
        return [
            list(Message.objects.order_by("pk").values_list("conversation", "direction", "created_at")),
            Contact.objects.values_list("region__name", "created_at").get(),
            person.contact.conversations.order_by("pk").values_list("rating_score", "branch").first(),
        ]

    before = numbers()
    anonymize(person.contact.pk, redact_messages=True, delete_attachments=True)
    assert numbers() == before
    assert Attachment.objects.filter(message__direction="out").count() == 2
