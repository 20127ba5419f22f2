"""Addresses that want no mail from an inbox."""

import hashlib

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messenger.models.inbox import Inbox


class MailRefusal(models.Model):
    """An address, known again and not readable: it has to outlive the contacts that gave it, and their removal."""

    inbox = models.ForeignKey(
        Inbox, verbose_name=_("inbox"), on_delete=models.CASCADE, related_name="+", db_index=False
    )
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("refusal of mail")
        verbose_name_plural = _("refusals of mail")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["inbox", "digest"], name="messenger_mail_refused_once"),
            models.CheckConstraint(
                condition=models.Q(digest__regex="^[0-9a-f]{64}$"), name="messenger_mail_refusal_digest"
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:8]

    @staticmethod
    def digest_of(inbox_id: int, address: str) -> str:
        """As `messenger_mail_digest` in the database makes it."""
        return hashlib.sha256(f"{inbox_id}:{address.lower()}".encode()).hexdigest()
