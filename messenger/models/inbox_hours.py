"""When conversations of an inbox are given to operators."""

import logging
import zoneinfo
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from messenger.lib.opening_hours import Timetable

logger = logging.getLogger(__name__)


def time_zones() -> set[str]:
    """Those of the IANA database, without what means another zone on each machine."""
    return zoneinfo.available_timezones() - {"localtime", "Factory"}


def validate_time_zone(value: str) -> None:
    if value not in time_zones():
        raise ValidationError(_("This is not a time zone of the IANA database, such as Europe/Moscow."))


class HourSettings(models.Model):
    """Its intervals and holidays are rows of their own (`working_hours`)."""

    if TYPE_CHECKING:
        working_hours: Any
        holidays: Any

    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Moscow", validators=[validate_time_zone]
    )
    working_hours_enabled = models.BooleanField(
        _("consider working hours"),
        default=False,
        help_text=_("Outside of them conversations wait for the next opening, and visitors are told."),
    )

    class Meta:
        abstract = True

    def timetable(self) -> Timetable | None:
        """When conversations are given to operators; None: always."""
        if not self.working_hours_enabled:
            return None
        return Timetable(
            zone=self.zone(),
            intervals=tuple(hours.interval for hours in self.working_hours.all()),
            holidays=frozenset(holiday.date for holiday in self.holidays.all()),
        )

    def zone(self) -> zoneinfo.ZoneInfo:
        """This machine's zones may lack one that another machine's had: the hours hold roughly, and nothing stops."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            logger.error(
                "Inbox %s: its time zone is not known here, %s is taken", self.pk, settings.TIME_ZONE
            )
            return zoneinfo.ZoneInfo(settings.TIME_ZONE)
