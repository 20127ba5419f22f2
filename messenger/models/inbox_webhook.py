"""What an inbox says of its webhook."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

# As the contract names them: `WebhookDelivery.Event`.
WEBHOOK_EVENTS = ("conversation.created", "conversation.closed", "message.in", "message.out")


def all_webhook_events() -> list[str]:
    return list(WEBHOOK_EVENTS)


class WebhookStop(models.TextChoices):
    """Why a webhook was turned off without anybody asking."""

    GONE = "gone", _("the receiver says that it is gone for good (410)")
    FAILING = "failing", _("for days no attempt was successful")


class WebhookSettings(models.Model):
    webhook_enabled = models.BooleanField(
        _("tell another system by webhook"), default=False, db_default=False
    )
    webhook_url = models.URLField(
        _("webhook URL"),
        max_length=500,
        blank=True,
        db_default="",
        validators=[URLValidator(schemes=["http", "https"])],
    )
    webhook_secret = models.CharField(
        _("secret for the signature"),
        max_length=128,
        blank=True,
        db_default="",
        help_text=_("With it the receiver can check who sent a request. Empty: requests are not signed."),
    )
    webhook_events = ArrayField(
        models.CharField(max_length=24),
        verbose_name=_("events"),
        default=all_webhook_events,
        blank=True,
        db_default=list(WEBHOOK_EVENTS),
    )
    webhook_stopped_at = models.DateTimeField(_("webhook stopped"), null=True, editable=False)
    webhook_stop_reason = models.CharField(
        max_length=7, choices=WebhookStop.choices, blank=True, editable=False, db_default=""
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.webhook_enabled and not self.webhook_url:
            raise ValidationError({"webhook_url": _("Write the address to which the events are sent.")})
        if self.webhook_enabled and not self.webhook_events:
            raise ValidationError({"webhook_events": _("Choose the events, or turn the webhook off.")})


CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(
        condition=models.Q(webhook_enabled=False) | ~models.Q(webhook_url=""),
        name="messenger_inbox_webhook_url",
    ),
    models.CheckConstraint(
        condition=models.Q(webhook_events__contained_by=list(WEBHOOK_EVENTS)),
        name="messenger_inbox_webhook_events",
    ),
]
