"""For the last administrator who lost the phone: whoever has the server's shell may let them in again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm import audit
from crm.models import User
from crm.second_factor import keeping


class Command(BaseCommand):
    help = "Turns off the second factor of one user, who is told at the next log-in; recorded in the audit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login", help="username or email address")

    def handle(self, *args: Any, login: str, **options: Any) -> None:
        user = User.objects.by_login(login)
        if user is None:
            raise CommandError(f"There is no user {login}.")
        if not keeping.turn_off(user):
            raise CommandError(f"{user.username} has no second factor.")
        audit.record(None, "second_factor_reset", target=user, by="command line")
        self.stdout.write(f"The second factor of {user.username} is reset.\n")
