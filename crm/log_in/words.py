"""How long to wait, as people say it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.guessing import Locked


def waiting(seconds: int) -> str:
    if seconds < 60:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    if minutes < 120:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


class TooManyTries(ValidationError):
    """The form's error where one has to wait."""

    def __init__(self, locked: Locked) -> None:
        self.seconds = locked.seconds
        text = _("Too many failed attempts. Try again in %(wait)s.") % {"wait": waiting(locked.seconds)}
        super().__init__(text, code="locked")
