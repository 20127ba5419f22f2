from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

DEFAULT_CAPACITY = 20


def lease() -> timedelta:
    """How long an operator counts as present after the last sign of their browser."""
    return timedelta(seconds=settings.MESSENGER_PRESENCE_TIMEOUT_SECONDS)


class AgentProfile(models.Model):
    """How an operator appears to visitors, and whether conversations may come to them.

    A user without a profile counts as online; so does one whose browser was never seen: the lease begins with
    its first sign. Defaults are the database's too, which makes profiles by itself when it chooses an operator.
    """

    class Status(models.TextChoices):
        ONLINE = "online", _("online")
        AWAY = "away", _("away")
        BUSY = "busy", _("busy")
        OFFLINE = "offline", _("offline")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="agent_profile",
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.ONLINE, db_default="online"
    )
    display_name = models.CharField(
        _("name for visitors"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: the user's first name."),
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        default=DEFAULT_CAPACITY,
        db_default=DEFAULT_CAPACITY,
        help_text=_("Most conversations that are assigned to the operator at a time."),
    )
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    last_assigned_at = models.DateTimeField(_("last assigned"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("operator's profile")
        verbose_name_plural = _("operators' profiles")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["online", "away", "busy", "offline"]),
                name="messenger_agent_status_known",
            )
        ]

    def __str__(self) -> str:
        return self.display_name or str(self.user)

    def is_present(self, at: datetime) -> bool:
        """Whether the browser was seen within the lease, or never yet."""
        return self.last_seen_at is None or self.last_seen_at >= at - lease()

    def status_at(self, at: datetime) -> "AgentProfile.Status":
        """What counts: whoever is not there is offline, whatever they said."""
        return self.Status(self.status) if self.is_present(at) else self.Status.OFFLINE

    def is_available(self, at: datetime) -> bool:
        """Whether new conversations may come."""
        return self.status_at(at) == self.Status.ONLINE
