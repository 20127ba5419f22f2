"""The statement of `send`, as the product runs it, on bare connections: no server before it, no Django around it.

Run by bare.py with the number of the inbox whose conversations it writes into and PostgreSQL's process. Each line
with a number asks for so many statements; the answer is a line of JSON, with the CPU time of PostgreSQL and its own.
"""

import json
import os
import sys
import threading
import time
import uuid
from itertools import cycle
from typing import Any

import django
import psycopg

from tests.benchmarks.bare_wsgi import of_visitor
from tests.benchmarks.cpu import cpu_seconds
from tests.benchmarks.load import BODY, CLIENTS, shares

PLACES_SQL = (
    "SELECT id, contact_id FROM messenger_conversation WHERE inbox_id = %s AND status = 'open'"
    " AND last_message_id IS NOT NULL"
)


def main() -> None:
    inbox, postgres = map(int, sys.argv[1:])
    django.setup()
    from messenger.services.writing import FROM_CONTACT  # noqa: PLC0415

    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        rows = connection.execute(PLACES_SQL, [inbox]).fetchall()
    connections = [psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) for _ in range(CLIENTS)]
    for line in sys.stdin:
        sys.stdout.write(json.dumps(measure(FROM_CONTACT, rows, connections, int(line), postgres)) + "\n")
        sys.stdout.flush()


def measure(
    sql: str, rows: list[Any], connections: list[psycopg.Connection[Any]], number: int, postgres: int
) -> dict[str, Any]:
    delays: list[float] = []
    numbers, places = iter(range(number)), cycle(rows)
    threads = [
        threading.Thread(target=write, args=(sql, one, places, numbers, delays)) for one in connections
    ]
    began, busy, database = time.perf_counter(), time.process_time(), cpu_seconds(postgres)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    parts = {"client": time.process_time() - busy, "postgres": cpu_seconds(postgres) - database}
    seconds = time.perf_counter() - began
    if len(delays) != number:
        raise SystemExit("The statement wrote nothing.")
    return {"requests": number, "seconds": seconds, "parts": parts, **shares(delays)}


def write(
    sql: str, connection: psycopg.Connection[Any], places: Any, numbers: Any, delays: list[float]
) -> None:
    for _ in numbers:
        conversation, contact = next(places)
        values = of_visitor(conversation, contact, BODY, uuid.uuid4())
        began = time.perf_counter()
        row = connection.execute(sql, values, prepare=True).fetchone()
        if row is None:
            raise SystemExit("The statement wrote nothing.")
        delays.append(time.perf_counter() - began)


if __name__ == "__main__":
    main()
