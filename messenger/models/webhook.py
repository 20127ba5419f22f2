"""The outbox of webhooks, and its log."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from messenger.models.conversation import Conversation
from messenger.models.inbox import Inbox
from messenger.models.message import Message


class WebhookDelivery(models.Model):
    """Something to tell the inbox's address: written in the transaction of what it tells.

    It holds no text: the body is made of the rows when it is sent, so what is redacted meanwhile is not told, and
    nothing personal is kept twice. What may change, the conversation's status and branch, is kept as it was.
    """

    class Event(models.TextChoices):
        CONVERSATION_CREATED = "conversation.created", _("new conversation")
        CONVERSATION_CLOSED = "conversation.closed", _("conversation closed")
        MESSAGE_IN = "message.in", _("message from the client")
        MESSAGE_OUT = "message.out", _("message to the client")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")

    public_id = models.UUIDField(_("id"), unique=True, db_default=RandomUUID(), editable=False)
    inbox = models.ForeignKey(
        Inbox, verbose_name=_("inbox"), on_delete=models.CASCADE, related_name="+", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation,
        verbose_name=_("conversation"),
        on_delete=models.CASCADE,
        related_name="webhook_deliveries",
        db_index=False,
    )
    message = models.ForeignKey(
        Message,
        verbose_name=_("message"),
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    event = models.CharField(_("event"), max_length=24, choices=Event.choices)
    conversation_status = models.CharField(
        _("status"), max_length=10, choices=Conversation.Status.choices, editable=False
    )
    conversation_branch = models.BigIntegerField(_("branch"), editable=False)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, db_default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), db_default=0)
    due_at = models.DateTimeField(_("next attempt"), db_default=Now())
    claimed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        default_permissions = ("view", "change")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(event__in=["message.in", "message.out"], message__isnull=False)
                | Q(event__in=["conversation.created", "conversation.closed"], message__isnull=True),
                name="messenger_webhook_what",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", finished_at__isnull=True)
                | Q(state__in=["delivered", "failed"], finished_at__isnull=False),
                name="messenger_webhook_finished",
            ),
        ]
        indexes = [
            models.Index(
                fields=["inbox", "due_at", "id"], name="messenger_webhook_due", condition=Q(state="waiting")
            ),
            models.Index(fields=["conversation", "id"], name="messenger_webhook_order"),
            models.Index(fields=["inbox", "-id"], name="messenger_webhook_log"),
            models.Index(fields=["message"], name="messenger_webhook_message"),
            models.Index(fields=["created_at"], name="messenger_webhook_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event} #{self.pk}"


class WebhookAttempt(models.Model):
    """One request, and what came of it. `problem` is a code where no answer came, or none that could be read."""

    delivery = models.ForeignKey(
        WebhookDelivery, verbose_name=_("delivery"), on_delete=models.CASCADE, related_name="log"
    )
    at = models.DateTimeField(_("sent"))
    duration_ms = models.PositiveIntegerField(_("milliseconds"))
    url = models.URLField(_("address"), max_length=500)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    problem = models.CharField(_("problem"), max_length=20, blank=True)
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.status or self.problem}"
