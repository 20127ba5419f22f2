import hashlib
import hmac
import logging
import secrets
import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from crm.models import Branch
from messenger.lib.opening_hours import Timetable
from messenger.lib.origins import normalize_origin
from messenger.lib.uploads import DEFAULT_TYPES
from messenger.volatile import volatile

logger = logging.getLogger(__name__)


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


def time_zones() -> set[str]:
    """Those of the IANA database, without what means another zone on each machine."""
    return zoneinfo.available_timezones() - {"localtime", "Factory"}


def validate_time_zone(value: str) -> None:
    if value not in time_zones():
        raise ValidationError(_("This is not a time zone of the IANA database, such as Europe/Moscow."))


def validate_file_size(value: int) -> None:
    limit = settings.MESSENGER_MAX_FILE_SIZE_MB
    if value > limit:
        raise ValidationError(_("At most %(limit)d MB: more is not let in here."), params={"limit": limit})


def max_file_bytes(megabytes: int | None = None) -> int:
    """Bytes of the largest file: what an inbox allows, within what is let in here at all."""
    limit: int = settings.MESSENGER_MAX_FILE_SIZE_MB
    return min(limit if megabytes is None else megabytes, limit) * 1_048_576


def default_content_types() -> list[str]:
    return list(DEFAULT_TYPES)


ASKING = ["off", "optional", "required"]
DEFAULT_MAIL_MINUTES = 5
MOST_MAIL_MINUTES = 1440


class Asking(models.TextChoices):
    """Whether the widget asks for a detail before the first message."""

    OFF = "off", _("no")
    OPTIONAL = "optional", _("optional")
    REQUIRED = "required", _("required")


# As the contract names them: `WebhookDelivery.Event`.
WEBHOOK_EVENTS = ("conversation.created", "conversation.closed", "message.in", "message.out")


def all_webhook_events() -> list[str]:
    return list(WEBHOOK_EVENTS)


class WebhookStop(models.TextChoices):
    """Why a webhook was turned off without anybody asking."""

    GONE = "gone", _("the receiver says that it is gone for good (410)")
    FAILING = "failing", _("for days no attempt was successful")


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


class Inbox(models.Model):
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
    mail_enabled = models.BooleanField(
        _("mail answers to visitors who left"),
        default=False,
        db_default=False,
        help_text=_(
            "Who gave an email and hasn't seen an answer gets one mail with all that they missed and a link back."
        ),
    )
    mail_after_minutes = models.PositiveSmallIntegerField(
        _("after minutes unseen"),
        blank=True,
        default=DEFAULT_MAIL_MINUTES,
        db_default=DEFAULT_MAIL_MINUTES,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MAIL_MINUTES)],
    )
    mail_sender = models.CharField(
        _("name of the sender"),
        max_length=80,
        blank=True,
        db_default="",
        help_text=_("Empty: the title."),
    )
    attachments_enabled = models.BooleanField(_("visitors may send files"), default=True)
    max_file_size_mb = models.PositiveSmallIntegerField(
        _("largest file, MB"), default=10, validators=[MinValueValidator(1), validate_file_size]
    )
    allowed_content_types = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("kinds of files"),
        default=default_content_types,
        blank=True,
        help_text=_("Told by a file's content, whatever its name says."),
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
    auto_reply_enabled = models.BooleanField(
        _("answer the first message automatically"), default=False, db_default=False
    )
    auto_reply_text = models.TextField(
        _("text of the automatic answer"),
        max_length=2000,
        blank=True,
        db_default="",
        help_text=_(
            "Sent once, in the name of the operator to whom the conversation was given. Without one nothing is sent."
        ),
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
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Moscow", validators=[validate_time_zone]
    )
    working_hours_enabled = models.BooleanField(
        _("consider working hours"),
        default=False,
        help_text=_("Outside of them conversations wait for the next opening, and visitors are told."),
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
                condition=models.Q(max_file_size_mb__gte=1), name="messenger_inbox_file_size"
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
            models.CheckConstraint(
                condition=models.Q(webhook_enabled=False) | ~models.Q(webhook_url=""),
                name="messenger_inbox_webhook_url",
            ),
            models.CheckConstraint(
                condition=models.Q(webhook_events__contained_by=list(WEBHOOK_EVENTS)),
                name="messenger_inbox_webhook_events",
            ),
            models.CheckConstraint(
                condition=models.Q(auto_reply_enabled=False) | ~models.Q(auto_reply_text=""),
                name="messenger_inbox_auto_reply",
            ),
            models.CheckConstraint(
                condition=models.Q(mail_after_minutes__range=(1, MOST_MAIL_MINUTES)),
                name="messenger_inbox_mail_after",
            ),
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
        if self.webhook_enabled and not self.webhook_url:
            raise ValidationError({"webhook_url": _("Write the address to which the events are sent.")})
        if self.webhook_enabled and not self.webhook_events:
            raise ValidationError({"webhook_events": _("Choose the events, or turn the webhook off.")})
        if self.auto_reply_enabled and not self.auto_reply_text.strip():
            raise ValidationError({"auto_reply_text": _("Write what is answered, or turn the answer off.")})

    @property
    def max_file_size_bytes(self) -> int:
        return max_file_bytes(self.max_file_size_mb)

    @property
    def prechat_fields(self) -> dict[str, str]:
        """What the widget asks for before the first message: `required` or `optional` by field."""
        asked = {"name": self.prechat_name, "email": self.prechat_email, "phone": self.prechat_phone}
        return {name: value for name, value in asked.items() if value != Asking.OFF}

    @property
    def is_global(self) -> bool:
        return self.branch_id is None

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
