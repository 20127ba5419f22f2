"""Closes old conversations by hand or by cron; the worker does the same every night."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crm.validators import MAX_DAYS
from messenger.exceptions import MessengerDisabled
from messenger.services.retention import close_quiet, count_quiet
from messenger.utils import ensure_messenger_enabled_api

MOST = 1_000_000_000


class Command(BaseCommand):
    help = "Closes resolved conversations in which nothing has been written for long."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=int,
            help="Days without a message; MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS by default.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say how many would be closed.")
        parser.add_argument(
            "--limit", type=int, help="Close at most so many, the oldest first; all by default."
        )

    def handle(self, *args: Any, days: int | None, dry_run: bool, limit: int | None, **options: Any) -> None:
        try:
            ensure_messenger_enabled_api()
        except MessengerDisabled as error:
            raise CommandError(f"{error}: set MESSENGER_ENABLED=1.") from error
        days = settings.MESSENGER_RETENTION_RESOLVED_TO_CLOSED_DAYS if days is None else days
        if not 1 <= days <= MAX_DAYS:
            raise CommandError(f"--days must be from 1 to {MAX_DAYS}.")
        if limit is not None and not 1 <= limit <= MOST:
            raise CommandError(f"--limit must be from 1 to {MOST}.")
        act = count_quiet if dry_run else close_quiet
        count = act(quiet_for=timedelta(days=days), limit=limit)
        nouns = "conversation" if count == 1 else "conversations"
        self.stdout.write(f"{count} {nouns} {'would be closed' if dry_run else 'closed'}.")
