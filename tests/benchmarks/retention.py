"""How long the nightly jobs hold a row, at a million conversations (docs/retention.md).

Run: `.venv/bin/python -m tests.benchmarks.retention`
It starts a PostgreSQL of its own that keeps its promises (fsync), fills it and stops. Beside each job a second process
acts as a visitor: it locks one of the rows that are due, again and again, and notes how long it had to wait.
"""

import argparse
import contextlib
import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import django
import psycopg
from psycopg import sql

from crm.servers import Postgres, Valkey

SURROUNDINGS = {
    "DJANGO_SETTINGS_MODULE": "crm.settings",
    "SECRET_KEY": "benchmark" * 8,
    "MESSENGER_ENABLED": "1",
    "DEBUG": "0",
    "HTTPS": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
}
# One in ten is empty, three are resolved, six closed; each is a minute older than the one before.
FILL: tuple[LiteralString, ...] = (
    """INSERT INTO messenger_contact (id, inbox_id, external_id, claimed_external_id, name, email, phone, locale,
        is_blocked, created_at, last_seen_at)
    SELECT lpad(n::text, 32, '0')::uuid, %(inbox)s, '', '', 'Client ' || n, '', '', 'ru', false,
        now() - interval '3 years', now() - n * interval '1 minute'
    FROM generate_series(1, %(count)s) n""",
    """INSERT INTO messenger_conversation (id, inbox_id, branch_id, contact_id, status, unread_count,
        operator_read_up_to, last_message_id, last_message_at, resolved_at, closed_at, rating_comment, page_url,
        referrer, locale, meta, created_at)
    SELECT n, %(inbox)s, %(branch)s, lpad(n::text, 32, '0')::uuid,
        CASE WHEN n %% 10 = 0 THEN 'open' WHEN n %% 10 < 4 THEN 'resolved' ELSE 'closed' END, 0, 0,
        CASE WHEN n %% 10 > 0 THEN n END, CASE WHEN n %% 10 > 0 THEN now() - n * interval '1 minute' END,
        CASE WHEN n %% 10 BETWEEN 1 AND 3 THEN now() END, CASE WHEN n %% 10 > 3 THEN now() END,
        '', 'https://shop.example.com/' || n, '', 'ru', '{}', now() - n * interval '1 minute'
    FROM generate_series(1, %(count)s) n""",
    """INSERT INTO messenger_conversationevent (conversation_id, kind, data)
    SELECT n, 'assigned', '{}' FROM generate_series(1, %(count)s) n""",
    """INSERT INTO messenger_message (id, conversation_id, direction, body, created_at)
    SELECT n, n, 'in', 'Is it there? ' || n, now() - n * interval '1 minute'
    FROM generate_series(1, %(count)s) n WHERE n %% 10 > 0""",
)
LOCK = "SELECT 1 FROM messenger_conversation WHERE id = %s FOR NO KEY UPDATE"
# While nothing runs the visitor waits for the machine alone.
CONTROL_SECONDS = 20
QUIET, DAY = timedelta(days=90), timedelta(days=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=1_000_000)
    options = parser.parse_args()
    with servers() as urls:
        os.environ.update(SURROUNDINGS | urls)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True)
        django.setup()
        inbox = fill(options.conversations)
        measure(options.conversations, inbox)


@contextlib.contextmanager
def servers() -> Iterator[dict[str, str]]:
    folder = Path(tempfile.mkdtemp(prefix="messenger-retention-"))
    folder.chmod(0o711)
    (folder / "log").mkdir()
    postgres, valkey = Postgres(folder, durable=True), Valkey(folder)
    try:
        for server in (postgres, valkey):
            server.start()
        for server in (postgres, valkey):
            server.wait()
        yield {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
    finally:
        postgres.stop()
        valkey.stop()
        shutil.rmtree(folder, ignore_errors=True)


def fill(count: int) -> Any:
    from crm.models import Branch  # noqa: PLC0415  (Django has to be set up first)
    from messenger.models import Inbox  # noqa: PLC0415

    branch = Branch.objects.create(name="Bench")
    inbox = Inbox.objects.create(name="Bench", branch=branch, anonymize_after_months=12)
    begun = time.monotonic()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        slow = database.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%USING gin%'"
        )
        indexes = slow.fetchall()
        for name, _definition in indexes:
            database.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        for statement in FILL:
            database.execute(statement, {"inbox": inbox.pk, "branch": branch.pk, "count": count})
        for _name, definition in indexes:
            database.execute(definition)
        database.execute("SELECT setval('messenger_message_id_seq', %s)", [count])
        database.execute("SELECT setval('messenger_conversation_id_seq', %s)", [count])
        database.execute("VACUUM (ANALYZE)")
    say(f"{count:,} conversations in {time.monotonic() - begun:.0f} s")
    return inbox


def measure(count: int, inbox: Any) -> None:
    from messenger.services import forgetting, purging, retention  # noqa: PLC0415

    found, took = timed(lambda: retention.count_quiet(quiet_for=QUIET))
    say(f"dry run: {found:,} to be closed, {took:.0f} ms")
    first, took = timed(lambda: list(forgetting.silent(inbox).values_list("pk", flat=True)[:1_000]))
    say(f"whom to anonymize: {len(first):,} of {count:,}, {took:.0f} ms")
    say(
        f"{'':10}{'rows':>9} {'rows/s':>7} {'batch p50':>10} {'p99':>7} {'max':>7} {'longest wait of the visitor':>28}"
    )
    with visitor(1) as told:
        time.sleep(CONTROL_SECONDS)
    longest, asked = told()
    say(f"{'nothing':47}{longest:10.1f} ms of {asked:,} looks")
    beside_a_visitor("close", retention, "_close_batch", lambda: retention.close_quiet(quiet_for=QUIET), 1)
    beside_a_visitor("purge", purging, "_purge_batch", lambda: purging.purge_empty(older_than=DAY), 0)
    beside_a_visitor("anonymize", forgetting, "_forget", lambda: forgetting.forget_silent(limit=500), 4)


def timed[T](act: Callable[[], T]) -> tuple[T, float]:
    """The result, and how many milliseconds it took."""
    begun = time.monotonic()
    return act(), (time.monotonic() - begun) * 1000


def beside_a_visitor(name: str, module: Any, batch: str, job: Callable[[], int], digit: int) -> None:
    """Runs the job; each batch is timed from its first statement until it is committed and announced."""
    held: list[float] = []
    original = getattr(module, batch)

    def one(*arguments: Any) -> Any:
        result, took = timed(lambda: original(*arguments))
        held.append(took)
        return result

    setattr(module, batch, one)
    with visitor(digit) as told:
        rows, took = timed(job)
    setattr(module, batch, original)
    longest, asked = told()
    shares, most = statistics.quantiles(held or [0.0, 0.0], n=100), max(held, default=0.0)
    say(
        f"{name:10}{rows:9,} {rows / took * 1000:7,.0f} {shares[49]:7.1f} ms {shares[98]:4.0f} ms {most:4.0f} ms"
        f" {longest:10.1f} ms of {asked:,} looks"
    )


@contextlib.contextmanager
def visitor(digit: int) -> Iterator[Callable[[], tuple[float, int]]]:
    """Locks conversations whose number ends in `digit`, the oldest tenth, from a process of its own."""
    stop = multiprocessing.Event()
    answers: Any = multiprocessing.Queue()
    process = multiprocessing.Process(target=visit, args=(os.environ["DATABASE_URL"], digit, stop, answers))
    process.start()
    yield answers.get
    stop.set()


def visit(url: str, digit: int, stop: Any, answers: Any) -> None:
    waits = [0.0]
    with psycopg.connect(url) as database:
        (last,) = database.execute("SELECT max(id) FROM messenger_conversation").fetchone() or (0,)
        while not stop.is_set():
            pk = random.randrange(last // 10 * 9, last) // 10 * 10 + digit
            waits.append(timed(partial(database.execute, LOCK, [pk]))[1])
            database.rollback()
    answers.put((max(waits), len(waits)))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
