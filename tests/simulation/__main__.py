"""`python -m tests.simulation`: simulates the day and writes its table into docs/assignment.md."""

import tests.environment  # noqa: F401, I001  (before Django reads its settings)

import sys

import django
from django.test.utils import setup_databases, teardown_databases


def main() -> None:
    django.setup()
    from tests.simulation import report  # noqa: PLC0415  (models need django.setup)
    from tests.simulation.day import Day  # noqa: PLC0415
    from tests.simulation.numbers import numbers  # noqa: PLC0415

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        day = Day()
        day.run()
        report.quote(table := report.table(numbers(day)))
    finally:
        teardown_databases(databases, verbosity=0)
    sys.stdout.write(table)


if __name__ == "__main__":
    main()
