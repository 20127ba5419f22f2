from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Branch
from messenger.models.inbox import Inbox


class Figures(models.Model):
    """What was counted of the conversations that began on a day, or in a month, in one place.

    Rows of `CELL` tell of one inbox, branch and operator. Those of `INBOX` and `DESK` sum them up over what they leave
    out, so that a year of everything is some thousand rows. No conversation is referred to: sums stay when clients go.
    """

    class Grain(models.TextChoices):
        DAY = "day"
        MONTH = "month"

    class Level(models.TextChoices):
        CELL = "cell"
        INBOX = "inbox"
        DESK = "desk"

    grain = models.CharField(max_length=5, choices=Grain.choices)
    level = models.CharField(max_length=5, choices=Level.choices)
    # Of a month its first day.
    day = models.DateField(_("day"))
    inbox = models.ForeignKey(Inbox, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    branch = models.ForeignKey(Branch, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    conversations = models.PositiveIntegerField()
    unanswered = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    resolved = models.PositiveIntegerField()
    reopened = models.PositiveIntegerField()
    transferred = models.PositiveIntegerField()
    # Tallies (messenger/lib/tally.py), packed.
    answer_times = models.BinaryField()
    business_times = models.BinaryField()
    resolution_times = models.BinaryField()
    hours = models.BinaryField()
    ratings = models.BinaryField()

    class Meta:
        verbose_name = _("figures")
        verbose_name_plural = _("figures")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["grain", "level", "day", "inbox", "branch", "operator"],
                nulls_distinct=False,
                name="messenger_figures_once",
            ),
            models.CheckConstraint(
                condition=Q(level="cell", inbox__isnull=False, branch__isnull=False)
                | Q(level="inbox", inbox__isnull=False, branch__isnull=True, operator__isnull=True)
                | Q(level="desk", inbox__isnull=True, branch__isnull=False),
                name="messenger_figures_level",
            ),
            models.CheckConstraint(condition=Q(grain__in=["day", "month"]), name="messenger_figures_grain"),
        ]
        indexes = [
            models.Index(
                F("branch"), F("grain"), F("day"), name="messenger_figures_branch", condition=Q(level="cell")
            ),
            models.Index(
                F("inbox"), F("grain"), F("day"), name="messenger_figures_inbox", condition=Q(level="cell")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_grain_display()} {self.day}"


class CountedDay(models.Model):
    """A day of which the figures are there. `is_stale`: something happened since in one of its conversations."""

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()
    is_stale = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("counted day")
        verbose_name_plural = _("counted days")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.day)
