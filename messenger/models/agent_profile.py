from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AgentProfile(models.Model):
    """How an operator appears to visitors, and whether conversations may come to them.

    A user without a profile counts as online.
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
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ONLINE)
    display_name = models.CharField(
        _("name for visitors"), max_length=80, blank=True, help_text=_("Empty: the user's first name.")
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        default=20,
        help_text=_("Most conversations that are assigned to the operator at a time."),
    )
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)

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
