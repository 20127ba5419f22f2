"""What the figures ask of a database of years: a month, a year and all of it, of everything and of a part.

Run after `make bench-data`: `.venv/bin/python -m tests.benchmarks.figures --folder .bench`
The days are counted first, which takes a while; then answers are spread over times as people take them, because the
data's own are all the same. Printed are the database's milliseconds, those of the whole, and the rows that were read.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.benchmarks.data import filled
from tests.benchmarks.plans import explained

LIMIT_MS = 500
_SPREAD = """
UPDATE messenger_figures f SET answer_times = v.answers, resolution_times = v.resolutions
FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) v(id, answers, resolutions) WHERE f.id = v.id
"""
RANGES = {"today": 0, "month": 30, "two months": 61, "year": 365, "three years": 1095}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".bench"))
    parser.add_argument("--conversations", type=int, default=1_000_000)
    options = parser.parse_args()
    with filled(options.folder, options.conversations):
        sys.exit(f"{slow} over {LIMIT_MS} ms" if (slow := measure()) else 0)


def measure() -> int:
    """How many took too long."""
    from messenger.services.insight import counting  # noqa: PLC0415

    began = time.monotonic()
    sys.stdout.write(f"{counting.catch_up()} days counted ({time.monotonic() - began:.0f} s)\n")
    _spread()
    slow = 0
    for name, act in _acts():
        act()  # warm
        began = time.monotonic()
        act()
        whole = (time.monotonic() - began) * 1000
        plan = explained(act)
        slow += whole > LIMIT_MS
        sys.stdout.write(
            f"| {name} | {plan.ms:.0f} | {whole:.0f} | {plan.rows_read:,} | {', '.join(plan.scans)} |\n"
        )
    return slow


def _acts() -> Iterator[tuple[str, Callable[[], object]]]:
    from messenger.services.insight import days  # noqa: PLC0415
    from messenger.services.insight.now import now  # noqa: PLC0415
    from messenger.services.insight.reading import Scope  # noqa: PLC0415
    from messenger.services.insight.report import report  # noqa: PLC0415

    scopes = {
        "everything": Scope(),
        "large branch": Scope(1),
        "large inbox": Scope(None, 1),
        "inbox of all branches": Scope(None, 60),
    }
    last = days.today()
    for where, scope in scopes.items():
        yield f"now, {where}", lambda scope=scope: now(scope)  # type: ignore[misc]
        for name, length in RANGES.items():
            first = last - timedelta(days=length)
            yield f"{name}, {where}", lambda first=first, scope=scope: report(first, last, scope)  # type: ignore[misc]


def _spread() -> None:
    """Each row's times anew, as many as it has."""
    from django.db import connection  # noqa: PLC0415

    from messenger.lib.tally import Tally, unpacked  # noqa: PLC0415
    from messenger.models import Figures  # noqa: PLC0415
    from messenger.services.insight.times import slot_of  # noqa: PLC0415

    rows: Any = Figures.objects.values_list("pk", "answer_times", "resolution_times")
    drawn, last = random.Random(1), 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:5_000]):
        ids, last = [row[0] for row in batch], batch[-1][0]
        spread = [
            [
                Tally.of(
                    slot_of(drawn.lognormvariate(5, 1.6)) for _one in range(Tally(unpacked(row[place])).total)
                ).pack()
                for row in batch
            ]
            for place in (1, 2)
        ]
        with connection.cursor() as cursor:
            cursor.execute(_SPREAD, [ids, *spread])


if __name__ == "__main__":
    main()
