"""Counts the figures of past days by hand; the worker does the same every hour."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messenger.services.insight import days
from messenger.services.insight.counting import catch_up, count_range


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no date such as 2026-11-25.") from error


class Command(BaseCommand):
    help = (
        "Counts the figures of days that are over: of a range, whether it was counted before or not, or of all that "
        "nobody counted yet or in which something changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=a_day, help="First day, such as 2026-11-01.")
        parser.add_argument("--to", dest="last", type=a_day, help="Last day; yesterday by default.")

    def handle(self, *args: Any, first: date | None, last: date | None, **options: Any) -> None:
        if first is None and last is None:
            counted = catch_up()
        else:
            first, last = first or date.min, last or days.today()
            if first > last:
                raise CommandError("--from comes after --to.")
            counted = count_range(first, last)
        self.stdout.write(f"{counted} {'day' if counted == 1 else 'days'} counted.")
