"""A database as after years of work: a million conversations, ten million messages (make bench-data).

Run: `.venv/bin/python -m tests.benchmarks.data --folder .bench --conversations 1000000`
It is kept in the folder, with a server of its own that runs only as long as somebody measures. What is there in the
size asked for is not made again.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from crm.servers import Postgres
from tests.benchmarks.data_words import FIRST_NAMES, LAST_NAMES, WORDS

MESSAGES_EACH = 10
NOBODY = "redis://127.0.0.1:1/0"
BRANCHES, INBOXES, OPERATORS, LABELS = 40, 60, 200, 12
TABLES = ("messenger_contact", "messenger_conversation", "messenger_message", "messenger_conversationlabel")

# Ids begin with `base`, so that the rows can stand beside those of a test.
# Large branches and small ones, as they are; the newest conversations are the open ones.
PLAN = """
CREATE TEMPORARY TABLE bench_plan AS
SELECT i, %(base)s + inbox AS inbox,
    %(base)s + CASE WHEN inbox <= %(branches)s THEN inbox ELSE 1 + (random() * (%(branches)s - 1))::int END AS branch,
    now() - interval '3 years' * (1 - i / %(conversations)s::float8) AS at,
    CASE WHEN i > 0.997 * %(conversations)s THEN CASE WHEN random() < 0.8 THEN 'open' ELSE 'pending' END
        WHEN i > 0.98 * %(conversations)s OR random() < 0.01 THEN 'resolved' ELSE 'closed' END AS status,
    random() AS luck
FROM (SELECT i, 1 + floor(power(random(), 2) * %(inboxes)s)::int AS inbox
    FROM generate_series(1, %(conversations)s) i) drawn;
"""

CONTACTS = """
INSERT INTO messenger_contact (id, inbox_id, external_id, claimed_external_id, name, email, phone, locale, is_blocked,
    created_at)
SELECT md5((%(base)s + i)::text)::uuid, inbox, '', '',
    CASE WHEN luck < 0.7 THEN (%(first)s::text[])[1 + floor(power(random(), 2) * %(firsts)s)::int] || ' '
        || (%(last)s::text[])[1 + floor(power(random(), 2) * %(lasts)s)::int] ELSE '' END,
    CASE WHEN random() < 0.5 THEN 'user' || i || '@' || (ARRAY['mail', 'yandex', 'example'])[1 + i %% 3] || '.ru'
        ELSE '' END,
    CASE WHEN random() < 0.6 THEN '+7 (9' || lpad((random() * 99)::int::text, 2, '0') || ') '
        || lpad((random() * 9999999)::int::text, 7, '0') ELSE '' END,
    'ru', false, at
FROM bench_plan;
"""

CONVERSATIONS = """
INSERT INTO messenger_conversation (id, inbox_id, branch_id, contact_id, status, assignee_id, assignee_assigned_at,
    unread_count, operator_read_up_to, last_message_id, last_message_at, waiting_since, resolved_at, closed_at,
    rating_score, rating_comment, rated_at, page_url, referrer, locale, meta, created_at)
SELECT %(base)s + i, inbox, branch, md5((%(base)s + i)::text)::uuid, status, assignee,
    CASE WHEN assignee IS NULL THEN NULL ELSE at END, 0, 0, %(base)s + i * %(each)s::bigint, at,
    CASE WHEN status IN ('open', 'pending') THEN at END,
    CASE WHEN status = 'resolved' THEN at END, CASE WHEN status = 'closed' THEN at END,
    score, '', CASE WHEN score IS NOT NULL THEN at END, '', '', 'ru', '{}', at - interval '1 hour'
FROM (SELECT *, CASE WHEN status IN ('open', 'pending') AND luck < 0.15 THEN NULL
        ELSE %(base)s + 1 + (branch - %(base)s + %(branches)s - 2 + %(branches)s * floor(random() * 5)::int)
            %% %(operators)s END AS assignee,
    CASE WHEN status = 'closed' AND luck > 0.8
        THEN CASE WHEN random() < 0.08 THEN 1 + (random() * 1)::int ELSE 3 + (random() * 2)::int END END AS score
    FROM bench_plan) planned;
"""

LABELLED = """
INSERT INTO messenger_conversationlabel (conversation_id, label_id, added_at)
SELECT %(base)s + i, %(base)s + 1 + floor(power(random(), 3) * %(labels)s)::int, at
FROM bench_plan WHERE luck BETWEEN 0.3 AND 0.6;
"""

# Texts of words of which some are in every third message and most in next to none; each tenth has a number of its own.
MESSAGES = """
CREATE TEMPORARY TABLE bench_text AS
SELECT i, (SELECT string_agg((%(words)s::text[])[1 + floor(power(random(), 4) * %(vocabulary)s)::int], ' ')
    FROM generate_series(1, 3 + (random() * 12)::int) WHERE i >= 0) AS body
FROM generate_series(0, %(texts)s - 1) i;
INSERT INTO messenger_message (id, conversation_id, direction, body, sender_user_id, created_at)
SELECT %(base)s + (plan.i - 1) * %(each)s::bigint + k, %(base)s + plan.i,
    CASE WHEN k %% 2 = 1 THEN 'in' ELSE 'out' END,
    text.body || CASE WHEN k = %(each)s THEN ' заказ №' || (700000000 + plan.i) ELSE '' END,
    CASE WHEN k %% 2 = 0 THEN %(base)s + 1 END, at - (%(each)s - k) * interval '1 minute'
FROM bench_plan plan CROSS JOIN generate_series(1, %(each)s) k
    JOIN bench_text text ON text.i = hashint8(plan.i * %(each)s::bigint + k) & (%(texts)s - 1)
ORDER BY 1;
"""


def fill(
    cursor: Any, *, conversations: int, each: int = MESSAGES_EACH, base: int = 0, texts: int = 1 << 18
) -> None:
    """Into an empty database, or beside what is there; `texts` is a power of two."""
    values = {
        "base": base, "conversations": conversations, "each": each, "texts": texts, "branches": BRANCHES,
        "inboxes": INBOXES, "operators": OPERATORS, "labels": LABELS, "first": FIRST_NAMES, "last": LAST_NAMES,
        "firsts": len(FIRST_NAMES), "lasts": len(LAST_NAMES), "words": WORDS, "vocabulary": len(WORDS),
    }  # fmt: skip
    cursor.execute("SELECT setseed(0.5)")
    _make_people(base)
    for step in (PLAN, CONTACTS, CONVERSATIONS, LABELLED, MESSAGES):
        _run(cursor, step, values)
    for table in ("messenger_conversation", "messenger_message", "messenger_conversationlabel"):
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )
    cursor.execute("DROP TABLE bench_plan, bench_text")


def _run(cursor: Any, statements: str, values: dict[str, Any]) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            _timed(cursor, statement, values)


def _make_people(base: int) -> None:
    """By the models: they have more columns than anybody wants to write here."""
    from crm.models import Branch, User  # noqa: PLC0415
    from messenger.models import Inbox, Label  # noqa: PLC0415

    Branch.objects.bulk_create(Branch(pk=base + i, name=f"Branch {base + i}") for i in range(1, BRANCHES + 1))
    User.objects.bulk_create(
        User(
            pk=base + i,
            username=f"bench-{base + i}",
            password="!",
            branch_id=base + 1 + i % BRANCHES,
            is_staff=True,
        )
        for i in range(1, OPERATORS + 1)
    )
    Label.objects.bulk_create(Label(pk=base + i, name=f"Label {base + i}") for i in range(1, LABELS + 1))
    Inbox.objects.bulk_create(
        Inbox(pk=base + i, name=f"Inbox {i}", branch_id=base + i if i <= BRANCHES else None)
        for i in range(1, INBOXES + 1)
    )


def size_of(folder: Path) -> int:
    """How many conversations are there; 0 where there is no finished database."""
    marker = folder / "filled.json"
    return int(json.loads(marker.read_text())["conversations"]) if marker.exists() else 0


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """The database's address, while its server runs."""
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    (folder / "log").mkdir(exist_ok=True)
    postgres = Postgres(folder, durable=False)
    postgres.start()
    postgres.wait()
    try:
        yield postgres.url
    finally:
        postgres.stop()


def environment(url: str, redis_url: str = NOBODY) -> dict[str, str]:
    return {"DATABASE_URL": url, "REDIS_URL": redis_url, "SECRET_KEY": "benchmark" * 8, "DEBUG": "0",
            "HTTPS": "0", "MESSENGER_ENABLED": "1"}  # fmt: skip


@contextlib.contextmanager
def filled(folder: Path, conversations: int, redis_url: str = NOBODY) -> Iterator[str]:
    """The address of the database in this size; made anew unless it is there. Sets Django up on it."""
    wanted = {"conversations": conversations, "each": MESSAGES_EACH}
    marker = folder / "filled.json"
    is_there = marker.exists() and json.loads(marker.read_text()) == wanted
    if not is_there:
        shutil.rmtree(folder, ignore_errors=True)
    with server(folder) as url:
        os.environ |= environment(url, redis_url) | {"DJANGO_SETTINGS_MODULE": "crm.settings"}
        import django  # noqa: PLC0415

        django.setup()
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True)
        if not is_there:
            _make(url, conversations)
            marker.write_text(json.dumps(wanted))
        yield url


def _make(url: str, conversations: int) -> None:
    """Without triggers, and the indexes at the end."""
    with psycopg.connect(url, autocommit=True) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute("SET session_replication_role = replica; SET work_mem = '256MB'")
        cursor.execute("SET maintenance_work_mem = '2GB'")
        indexes = _dropped_indexes(cursor)
        fill(cursor, conversations=conversations)
        for definition in indexes:
            _timed(cursor, definition)
        _timed(cursor, "VACUUM (ANALYZE)")


def _dropped_indexes(cursor: Any) -> list[str]:
    """Of the large tables, those that hold no constraint; their definitions."""
    cursor.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS
            (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))""",
        [list(TABLES)],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]


def _timed(cursor: Any, statement: str, values: Any = None) -> None:
    began = time.monotonic()
    cursor.execute(statement, values)
    took = time.monotonic() - began
    if took > 1:
        sys.stdout.write(f"{took:7.1f} s  {' '.join(statement.split())[:100]}\n")
        sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".bench"))
    parser.add_argument("--conversations", type=int, default=1_000_000)
    options = parser.parse_args()
    began = time.monotonic()
    with filled(options.folder, options.conversations):
        pass
    sys.stdout.write(f"{options.folder} is ready ({time.monotonic() - began:.0f} s)\n")


if __name__ == "__main__":
    main()
