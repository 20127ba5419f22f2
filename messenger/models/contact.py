import uuid
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Region
from messenger.models.inbox import Inbox
from messenger.models.search_text import contact_trigrams, phone_digits
from messenger.volatile import volatile


def view_cache_key(conversation_id: int) -> str:
    """Under which the answer to a visitor's poll is kept for a moment."""
    return f"messenger:view:{conversation_id}"


class ContactQuerySet(models.QuerySet["Contact"]):
    def update(self, **kwargs: Any) -> int:
        """Who is blocked is shut out at once."""
        kept = self.kept_views() if "is_blocked" in kwargs else []
        updated = super().update(**kwargs)
        if kept:
            transaction.on_commit(lambda: volatile.delete(*kept))
        return updated

    def kept_views(self) -> list[str]:
        conversations = self.filter(conversations__isnull=False).values_list("conversations", flat=True)
        return [view_cache_key(pk) for pk in conversations]


class Contact(models.Model):
    """A visitor of one inbox's sites.

    `external_id` is set only when the site vouched for it by `identity_hash`; what a browser merely says
    stands in `claimed_external_id`, `name`, `email` and `phone`, and opens nobody's conversation.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inbox = models.ForeignKey(
        Inbox, verbose_name=_("inbox"), on_delete=models.PROTECT, related_name="contacts", editable=False
    )
    external_id = models.CharField(_("verified id"), max_length=190, blank=True, editable=False)
    claimed_external_id = models.CharField(_("claimed id"), max_length=190, blank=True, editable=False)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120, blank=True)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    region = models.ForeignKey(
        Region,
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    locale = models.CharField(_("language"), max_length=35, blank=True, editable=False)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    anonymized_at = models.DateTimeField(_("anonymized"), null=True, blank=True, editable=False)
    mail_unsubscribed_at = models.DateTimeField(_("wants no mail"), null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        permissions = [
            ("export_contact", _("Can export contacts")),
            ("anonymize_contact", _("Can anonymize contacts")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(anonymized_at__isnull=True)
                | models.Q(name="", email="", phone="", external_id="", claimed_external_id="", locale=""),
                name="messenger_contact_anonymized_is_empty",
            ),
            models.UniqueConstraint(
                fields=["inbox", "external_id"],
                condition=~models.Q(external_id=""),
                name="messenger_contact_external_id_unique",
            ),
        ]
        indexes = [
            GinIndex(contact_trigrams(), name="messenger_contact_words", gin_pending_list_limit=512),
            GinIndex(
                OpClass(phone_digits(), name="gin_trgm_ops"),
                name="messenger_contact_phone",
                gin_pending_list_limit=512,
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if not is_new and (kept := Contact.objects.filter(pk=self.pk).kept_views()):
            transaction.on_commit(lambda: volatile.delete(*kept))

    @property
    def label(self) -> str:
        """The best name there is."""
        if self.anonymized_at is not None:
            return str(_("Deleted client %s")) % str(self.pk)[:4].upper()
        return self.name or self.email or self.phone or str(_("Visitor %s")) % str(self.pk)[:4].upper()
