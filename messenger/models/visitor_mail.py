"""The outbox of mails to visitors who left, and its log."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from messenger.models.conversation import Conversation


class VisitorMail(models.Model):
    """One mail with the answers that a visitor missed, from the first to the last of them by id.

    It holds neither text nor address: both are taken from the rows when it is sent, so nothing personal is kept twice,
    and what was read, redacted or corrected meanwhile is so in the mail. `public_id` makes the Message-ID, which a
    repeat has again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        NOT_NEEDED = "not_needed", _("no longer needed")
        FAILED = "failed", _("given up")

    public_id = models.UUIDField(_("id"), unique=True, db_default=RandomUUID(), editable=False)
    conversation = models.ForeignKey(
        Conversation,
        verbose_name=_("conversation"),
        on_delete=models.CASCADE,
        related_name="mails",
        db_index=False,
    )
    from_message_id = models.BigIntegerField(_("from message"))
    up_to_message_id = models.BigIntegerField(_("up to message"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, db_default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), db_default=0)
    due_at = models.DateTimeField(_("next attempt"), db_default=Now())
    problem = models.CharField(_("problem"), max_length=60, blank=True, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("mail to a visitor")
        verbose_name_plural = _("mails to visitors")
        default_permissions = ()
        constraints = [
            # Of two workers one writes it.
            models.UniqueConstraint(fields=["conversation", "up_to_message_id"], name="messenger_mail_once"),
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(state="waiting"), name="messenger_mail_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(from_message_id__lte=F("up_to_message_id")), name="messenger_mail_range"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", finished_at__isnull=True)
                | Q(state__in=["sent", "not_needed", "failed"], finished_at__isnull=False),
                name="messenger_mail_finished",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="messenger_mail_due", condition=Q(state="waiting")),
            models.Index(fields=["created_at"], name="messenger_mail_age"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} #{self.pk}"
