from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models import User
from messenger.models.message import Message


class MentionQuerySet(models.QuerySet["Mention"]):
    def unseen_by(self, user: User) -> "MentionQuerySet":
        """Few, and found by an index of them alone (messenger_mention_unseen)."""
        return self.filter(user=user, seen_at=None)


class Mention(models.Model):
    """A colleague who was named in an internal note, until they have seen it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="messenger_mention_unique")]
        indexes = [
            models.Index(
                fields=["user", "message"], name="messenger_mention_unseen", condition=Q(seen_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"@{self.user}"
