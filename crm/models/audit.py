from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.audit_words import action_words


class AuditEntry(models.Model):
    """Something that was done to settings, people or data. Written once: a trigger refuses any change.

    Names are kept as they were, so that an entry can be read when what it tells of is gone. `target` is
    "label.model", empty where an action has none; `details` holds what the action says of itself.
    """

    at = models.DateTimeField(_("time"), auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    actor_name = models.CharField(_("who"), max_length=200)
    action = models.CharField(_("what was done"), max_length=60)
    target = models.CharField(_("kind of object"), max_length=100)
    target_id = models.CharField(max_length=64)
    target_name = models.CharField(_("object"), max_length=200)
    details = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    address = models.GenericIPAddressField(_("address"), null=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit")
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["target", "target_id", "action"], name="crm_audit_target"),
            models.Index(fields=["actor", "-id"], name="crm_audit_actor"),
        ]

    def __str__(self) -> str:
        return f"{action_words(self.action)}: {self.target_name}".removesuffix(": ")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.actor_name, self.target_name = self.actor_name[:200], self.target_name[:200]
        super().save(*args, **kwargs)
