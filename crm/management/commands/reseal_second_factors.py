"""After a change of SECRET_KEY: when this has run, no second factor needs the former key."""

from typing import Any

from django.core.management.base import BaseCommand

from crm.second_factor import keeping


class Command(BaseCommand):
    help = "Seals all keys of second factors anew, under SECRET_KEY; the former one stands in SECRET_KEY_FALLBACKS."

    def handle(self, *args: Any, **options: Any) -> None:
        sealed, lost = keeping.reseal()
        self.stdout.write(f"Sealed under SECRET_KEY: {sealed}.\n")
        if lost:
            self.stderr.write(
                f"Can't be read any more: {', '.join(lost)}. See `manage.py reset_second_factor`.\n"
            )
