from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from messenger.models.conversation import Conversation
from messenger.models.search_text import message_text


class Message(models.Model):
    """A line of a conversation: from the contact (`in`), to the contact (`out`), or a note among operators.

    Written only by `messenger.services`, which lock the conversation first: ids of one conversation become
    visible in order.
    """

    class Direction(models.TextChoices):
        IN = "in", _("from the contact")
        OUT = "out", _("to the contact")
        INTERNAL = "internal", _("internal note")

    conversation = models.ForeignKey(
        Conversation,
        verbose_name=_("conversation"),
        on_delete=models.CASCADE,
        related_name="messages",
        db_index=False,
    )
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    body = models.TextField(_("text"), blank=True)
    sender_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("operator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    client_message_id = models.UUIDField(_("id given by the client"), null=True, blank=True)
    is_automatic = models.BooleanField(_("sent automatically"), db_default=False, editable=False)
    created_at = models.DateTimeField(_("written"), db_default=Now())
    read_at = models.DateTimeField(_("read by the contact"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions = [("export_message", _("Can export messages"))]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "client_message_id"],
                condition=Q(client_message_id__isnull=False),
                name="messenger_message_client_id_unique",
            ),
            models.CheckConstraint(
                condition=Q(direction="in", sender_user__isnull=True)
                | Q(direction__in=["out", "internal"], sender_user__isnull=False),
                name="messenger_message_sender",
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(direction="out"), name="messenger_message_read"
            ),
            models.CheckConstraint(
                condition=Q(is_automatic=False) | Q(direction="out"), name="messenger_message_automatic"
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "id"], name="messenger_message_order"),
            models.Index(
                fields=["conversation", "id"],
                name="messenger_message_unread",
                condition=Q(direction="out", read_at__isnull=True),
            ),
            BrinIndex(fields=["created_at"], name="messenger_message_time"),
            # What is not merged into the index yet is read by each search: a short list.
            GinIndex(message_text(), name="messenger_message_search", gin_pending_list_limit=512),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} #{self.pk}"
