"""Words of tables that people read."""

from django.utils.translation import gettext


def yes_or_no(value: bool) -> str:
    return gettext("yes") if value else gettext("no")
