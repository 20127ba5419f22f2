from datetime import date, time

from django.db import models
from django.utils.translation import gettext_lazy as _

from messenger.lib.opening_hours import Interval
from messenger.models.inbox import Inbox


class WorkingHours(models.Model):
    """An interval of a weekday in which an inbox's conversations are given to operators.

    One that closes no later than it opens goes on into the next day; the same time twice is a whole day.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    inbox = models.ForeignKey(
        Inbox, verbose_name=_("inbox"), on_delete=models.CASCADE, related_name="working_hours"
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("from"), default=time(9))
    closes = models.TimeField(_("to"), default=time(18))

    class Meta:
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__range=(1, 7)), name="messenger_hours_weekday_known"
            ),
            models.UniqueConstraint(
                fields=["inbox", "weekday", "opens"],
                name="messenger_hours_once",
                violation_error_message=_("There are hours of this day and time already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    @property
    def interval(self) -> Interval:
        return Interval(self.weekday, self.opens, self.closes)


class Holiday(models.Model):
    """A date on which no working hours of the inbox begin."""

    inbox = models.ForeignKey(
        Inbox, verbose_name=_("inbox"), on_delete=models.CASCADE, related_name="holidays"
    )
    date = models.DateField(_("date"))
    name = models.CharField(_("occasion"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(
                fields=["inbox", "date"],
                name="messenger_holiday_once",
                violation_error_message=_("This date is a holiday already."),
            )
        ]

    def __str__(self) -> str:
        day: date = self.date
        return f"{day.isoformat()} {self.name}".strip()
