"""Migrations go back to nothing and forward again, and the models have no change without one."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

ROUND_TRIP = """
import json
import django
django.setup()
from django.core.management import call_command
from django.db import connection

def schema():
    with connection.cursor() as cursor:
        cursor.execute('''
            SELECT 'column', table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
                FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'constraint', conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint
                WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'function', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT 'group', g.name || ' ' || p.codename FROM auth_group g
                JOIN auth_group_permissions gp ON gp.group_id = g.id JOIN auth_permission p ON p.id = gp.permission_id
        ''')
        return sorted(map(list, cursor.fetchall()))

found = []
for step in ([], ["messenger", "zero"], []):
    call_command("migrate", *step, verbosity=0)
    found.append(schema())
print(json.dumps(found))
"""


@pytest.fixture
def scratch_database(db: None) -> Iterator[str]:
    """The address of an empty database beside the tests' own."""
    name = f"scratch_{uuid.uuid4().hex}"
    place = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(place.geturl(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield place._replace(path=f"/{name}").geturl()
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_migrations_go_back_and_forward(scratch_database: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ROUND_TRIP],
        env={**os.environ, "DATABASE_URL": scratch_database},
        cwd=Path(settings.BASE_DIR),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    first, without, again = json.loads(done.stdout)
    assert not [row for row in without if "messenger" in row[1].lower()]
    assert again == first
    assert any("messenger_event_is_fixed" in text for kind, text in first if kind == "trigger")


def test_no_change_lacks_a_migration(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_searches_look_through_little_that_is_new() -> None:
    """Each goes through all that an index of words has put aside: by default up to 4 MB."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname, array_to_string(reloptions, ',') FROM pg_class JOIN pg_am ON pg_am.oid = relam
            WHERE amname = 'gin' AND relname LIKE 'messenger_%'"""
        )
        found = dict(cursor.fetchall())
    assert found == dict.fromkeys(
        ("messenger_contact_words", "messenger_contact_phone", "messenger_message_search"),
        "gin_pending_list_limit=512",
    )
