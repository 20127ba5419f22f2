"""How long an export takes and by how much it makes its process grow, on the database of tests/benchmarks/data.py.

Run: `.venv/bin/python -m tests.benchmarks.exports --folder .bench-exports --conversations 100000`
Each table and kind of file is written by a process of its own, so that its memory is its own. Printed are the file's
size, the time that passed, the processor's time of the process, and by how much it grew.
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.benchmarks.data import filled

XLSX_ROWS = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".bench-exports"))
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--only", default="", help="cases whose name has this")
    options = parser.parse_args()
    # A pool's threads don't survive the fork.
    os.environ["DATABASE_POOL_SIZE"] = "0"
    with filled(options.folder, options.conversations):
        for name, work in _cases().items():
            if options.only in name:
                _measured(name, work)


def _cases() -> dict[str, Callable[[], int]]:
    """By name, what writes a file and gives its size."""
    from messenger.models import Contact, Conversation  # noqa: PLC0415
    from messenger.services import exporting as e  # noqa: PLC0415

    conversations, contacts = Conversation.objects.started(), Contact.objects.all()
    some = conversations.filter(pk__lte=XLSX_ROWS)
    sources: dict[str, tuple[Any, Any]] = {
        "contacts": (e.CONTACTS, contacts),
        "conversations": (e.CONVERSATIONS, conversations),
        "100,000 messages": (e.MESSAGES, e.MessagesOf(conversations.filter(pk__lte=10_000))),
    }
    cases: dict[str, Callable[[], int]] = {}
    for name, (sheet, source) in sources.items():
        for kind, write in (("CSV", e.as_csv), ("JSON", e.as_json)):
            cases[f"{name} {kind}"] = _size_of(write, sheet, source)
    cases[f"{XLSX_ROWS} conversations XLSX"] = _size_of(e.as_xlsx, e.CONVERSATIONS, some)
    return cases


def _size_of(write: Any, sheet: Any, source: Any) -> Callable[[], int]:
    def work() -> int:
        pieces: Iterable[Any] = write(sheet.columns, sheet.batches(source))
        return sum(len(piece) for piece in pieces)

    return work


def _measured(name: str, work: Callable[[], int]) -> None:
    """In a process of its own: what it grew by is what it held at most."""
    from django.db import connection  # noqa: PLC0415

    connection.close()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    before, began, busy = _rss(), time.monotonic(), time.process_time()
    size = work()
    took, busy, grown = time.monotonic() - began, time.process_time() - busy, _rss() - before
    sys.stdout.write(
        f"| {name} | {size / 1e6:.1f} MB | {took:.1f} s | {busy:.1f} s | {grown / 1024:.0f} MB |\n"
    )
    sys.stdout.flush()
    os._exit(0)


def _rss() -> int:
    """KB at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
