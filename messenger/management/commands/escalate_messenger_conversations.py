"""Escalates by hand or by cron; the worker does the same every minute."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from messenger.exceptions import MessengerDisabled
from messenger.services.escalation import Step, escalate_due
from messenger.utils import ensure_messenger_enabled_api

LONGEST_TIMEOUT = 365 * 86_400


class Command(BaseCommand):
    help = "Gives conversations that their operator didn't open in time to the next operator of the branch."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--timeout",
            type=int,
            help="Seconds that the operator has; MESSENGER_ESCALATION_TIMEOUT_SECONDS by default.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")

    def handle(self, *args: Any, timeout: int | None, dry_run: bool, **options: Any) -> None:
        try:
            ensure_messenger_enabled_api()
        except MessengerDisabled as error:
            raise CommandError(f"{error}: set MESSENGER_ENABLED=1.") from error
        seconds = settings.MESSENGER_ESCALATION_TIMEOUT_SECONDS if timeout is None else timeout
        if not 0 <= seconds <= LONGEST_TIMEOUT:
            raise CommandError(f"--timeout must be from 0 to {LONGEST_TIMEOUT} seconds.")
        outcome = escalate_due(timeout=timedelta(seconds=seconds), dry_run=dry_run)
        for step in (*outcome.escalated, *outcome.failed):
            self.stdout.write(_line(step))
        verb = "would be escalated" if dry_run else "escalated"
        self.stdout.write(f"{len(outcome.escalated)} {verb}, nobody left for {len(outcome.failed)}.")


def _line(step: Step) -> str:
    to = step.to.username if step.to else "nobody left"
    return f"conversation {step.conversation_id}: {step.was.username} -> {to}"
