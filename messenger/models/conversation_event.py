from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from messenger.models.conversation import Conversation


class ConversationEvent(models.Model):
    """Who did what and when, as the timeline shows it. Append-only: the database refuses changes."""

    class Kind(models.TextChoices):
        STARTED = "started", _("conversation started")
        ASSIGNED = "assigned", _("conversation assigned")
        UNASSIGNED = "unassigned", _("conversation waits for anybody")
        ESCALATED = "escalated", _("conversation given on")
        ESCALATION_FAILED = "escalation_failed", _("nobody left to give the conversation to")
        TRANSFERRED = "transferred", _("conversation transferred")
        RESOLVED = "resolved", _("conversation resolved")
        CLOSED = "closed", _("conversation closed")
        REOPENED = "reopened", _("conversation reopened")
        RATED = "rated", _("conversation rated")
        DETAILS_GIVEN = "details_given", _("contact details given")
        CONSENTED = "consented", _("consent given")
        CONTACT_CHANGED = "contact_changed", _("contact details corrected")
        LABELLED = "labelled", _("label added")
        UNLABELLED = "unlabelled", _("label removed")
        BLOCKED = "blocked", _("client blocked")
        UNBLOCKED = "unblocked", _("client let in again")
        MAILED = "mailed", _("answers mailed to the client")
        ANONYMIZED = "anonymized", _("the client's personal data was removed")

    conversation = models.ForeignKey(
        Conversation,
        verbose_name=_("conversation"),
        on_delete=models.CASCADE,
        related_name="events",
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    data = models.JSONField(_("details"), default=dict, blank=True)
    created_at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("event of a conversation")
        verbose_name_plural = _("events of conversations")
        indexes = [
            models.Index(fields=["conversation", "id"], name="messenger_event_order"),
            BrinIndex(fields=["created_at"], name="messenger_event_time"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
