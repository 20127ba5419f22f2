"""An inbox: a widget on one or more sites. What belongs together stands in files of its own (`inbox_*.py`)."""

import hashlib
import hmac
import secrets
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from crm.models import Branch
from messenger.lib.origins import normalize_origin
from messenger.models import inbox_auto_reply, inbox_files, inbox_mail, inbox_webhook
from messenger.models.inbox_auto_reply import AutoReplySettings
from messenger.models.inbox_files import (
    FileSettings,
    default_content_types,
    max_file_bytes,
    validate_file_size,
)
from messenger.models.inbox_hours import HourSettings, time_zones, validate_time_zone
from messenger.models.inbox_mail import DEFAULT_MAIL_MINUTES, MOST_MAIL_MINUTES, MailSettings
from messenger.models.inbox_webhook import WEBHOOK_EVENTS, WebhookSettings, WebhookStop, all_webhook_events
from messenger.volatile import volatile

# Migrations know some of them by this place.
__all__ = [
    "DEFAULT_MAIL_MINUTES",
    "MOST_MAIL_MINUTES",
    "WEBHOOK_EVENTS",
    "Asking",
    "Inbox",
    "InboxQuerySet",
    "WebhookStop",
    "all_webhook_events",
    "default_content_types",
    "inbox_cache_key",
    "max_file_bytes",
    "new_token",
    "time_zones",
    "validate_file_size",
    "validate_origin",
    "validate_time_zone",
]


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def validate_origin(value: str) -> None:
    try:
        normalize_origin(value)
    except ValueError as error:
        raise ValidationError(
            _("Write the origin as scheme and host, without a path: https://shop.example.com")
        ) from error


ASKING = ["off", "optional", "required"]


class Asking(models.TextChoices):
    """Whether the widget asks for a detail before the first message."""

    OFF = "off", _("no")
    OPTIONAL = "optional", _("optional")
    REQUIRED = "required", _("required")


def _prechat_field(label: Any) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=8, choices=Asking.choices, default=Asking.OFF)


def inbox_cache_key(widget_token: str) -> str:
    """Under which the widget API keeps the inbox's settings for a moment; the token is no secret."""
    return f"messenger:inbox:{widget_token}"


class InboxQuerySet(models.QuerySet["Inbox"]):
    def update(self, **kwargs: Any) -> int:
        """Forgets what the widget API keeps of these inboxes."""
        keys = [inbox_cache_key(token) for token in self.values_list("widget_token", flat=True)]
        updated = super().update(**kwargs)
        if keys:
            transaction.on_commit(lambda: volatile.delete(*keys))
        return updated


class Inbox(WebhookSettings, AutoReplySettings, MailSettings, FileSettings, HourSettings, models.Model):
    """A widget on one or more sites. Without a branch it is global: each conversation gets its own branch."""

    class Position(models.TextChoices):
        RIGHT = "right", _("bottom right")
        LEFT = "left", _("bottom left")

    class RatingType(models.TextChoices):
        STARS = "stars", _("stars, 1 to 5")
        NPS = "nps", _("recommendation, 0 to 10")

    name = models.CharField(_("name"), max_length=120)
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="inboxes",
        help_text=_(
            "Chosen once. Empty: a global inbox, whose conversations are given to branches by routing."
        ),
    )
    is_active = models.BooleanField(_("active"), default=True)
    widget_token = models.CharField(
        _("widget token"), max_length=64, unique=True, default=new_token, editable=False
    )
    identity_secret = models.CharField(_("identity secret"), max_length=64, default=new_token, editable=False)
    identity_required = models.BooleanField(
        _("verified identity required"),
        default=False,
        help_text=_(
            "Only visitors whose site vouches for them by data-user-id and data-user-hash may write."
        ),
    )
    allowed_origins = ArrayField(
        models.CharField(max_length=255, validators=[validate_origin]),
        verbose_name=_("allowed origins"),
        default=list,
        blank=True,
        help_text=_("Sites that may show the widget, such as https://shop.example.com. Empty: any site."),
    )
    title = models.CharField(_("title"), max_length=80, blank=True)
    greeting = models.TextField(_("greeting"), max_length=500, blank=True)
    color = models.CharField(
        _("color"),
        max_length=7,
        default="#2563eb",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write the color as #rrggbb."))],
    )
    position = models.CharField(_("position"), max_length=5, choices=Position.choices, default=Position.RIGHT)
    prechat_name = _prechat_field(_("ask for the name"))
    prechat_email = _prechat_field(_("ask for the email"))
    prechat_phone = _prechat_field(_("ask for the phone"))
    offline_mode_enabled = models.BooleanField(
        _("tell when nobody is there"),
        default=False,
        help_text=_(
            "While no operator is online, and outside of working hours. Messages are taken all the same."
        ),
    )
    offline_message = models.TextField(
        _("what is told then"),
        max_length=500,
        blank=True,
        help_text=_("Empty: a sentence of ours in the visitor's language."),
    )
    rating_enabled = models.BooleanField(_("ask for a rating"), default=False)
    rating_type = models.CharField(
        _("kind of rating"), max_length=5, choices=RatingType.choices, default=RatingType.STARS
    )
    privacy_text = models.TextField(_("privacy text"), max_length=500, blank=True)
    privacy_url = models.URLField(_("privacy policy"), blank=True)
    consent_required = models.BooleanField(
        _("ask for consent"),
        default=False,
        help_text=_("Visitors agree to the privacy text before they write; text and time are recorded."),
    )
    anonymize_after_months = models.PositiveSmallIntegerField(
        _("anonymize clients after months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1200)],
        help_text=_(
            "Clients who have neither written nor come back for so long are made anonymous by night, with their "
            "messages and files; for good. Empty: never."
        ),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = InboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(position__in=["left", "right"]), name="messenger_inbox_position_known"
            ),
            models.CheckConstraint(
                condition=models.Q(rating_type__in=["stars", "nps"]), name="messenger_inbox_rating_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(color__regex=r"^#[0-9a-fA-F]{6}$"), name="messenger_inbox_color_form"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    prechat_name__in=ASKING, prechat_email__in=ASKING, prechat_phone__in=ASKING
                ),
                name="messenger_inbox_prechat_known",
            ),
            models.CheckConstraint(
                condition=models.Q(anonymize_after_months__isnull=True)
                | models.Q(anonymize_after_months__gte=1),
                name="messenger_inbox_anonymize_after",
            ),
            # There would be nothing to agree to, and nobody could write.
            models.CheckConstraint(
                condition=models.Q(consent_required=False) | ~models.Q(privacy_text=""),
                name="messenger_inbox_consent_text",
            ),
            *inbox_files.CONSTRAINTS,
            *inbox_webhook.CONSTRAINTS,
            *inbox_auto_reply.CONSTRAINTS,
            *inbox_mail.CONSTRAINTS,
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.allowed_origins = [normalize_origin(origin) for origin in self.allowed_origins]
        if not self.title:
            self.title = self.name[:80]
        super().save(*args, **kwargs)
        transaction.on_commit(lambda: volatile.delete(self.cache_key))

    def clean(self) -> None:
        if self.consent_required and not self.privacy_text.strip():
            raise ValidationError({"privacy_text": _("Write what visitors are to agree to.")})
        super().clean()

    @property
    def prechat_fields(self) -> dict[str, str]:
        """What the widget asks for before the first message: `required` or `optional` by field."""
        asked = {"name": self.prechat_name, "email": self.prechat_email, "phone": self.prechat_phone}
        return {name: value for name, value in asked.items() if value != Asking.OFF}

    @property
    def is_global(self) -> bool:
        return self.branch_id is None

    def identity_hash(self, external_id: str) -> str:
        """Hex HMAC-SHA256 of the id with the inbox's identity secret, as the site must compute it."""
        return hmac.new(self.identity_secret.encode(), external_id.encode(), hashlib.sha256).hexdigest()

    def vouches_for(self, external_id: str, identity_hash: str) -> bool:
        """Compares in constant time."""
        expected = self.identity_hash(external_id)
        return hmac.compare_digest(expected.encode(), identity_hash.strip().lower().encode())

    @property
    def cache_key(self) -> str:
        return inbox_cache_key(self.widget_token)
