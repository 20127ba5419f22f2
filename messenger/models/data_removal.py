from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messenger.models.contact import Contact
from messenger.models.data_job import DataJob


class DataRemoval(DataJob):
    """The removal of a contact's data that takes longer than a request may; one at a time for a contact.

    The row stays for a day after it is done, so that whoever asked sees it: who removed what and why is kept by the
    audit. It is done also if whoever asked has left.
    """

    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="data_removals"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    redact_messages = models.BooleanField(_("remove the texts"), default=False)
    delete_attachments = models.BooleanField(_("delete the client's files"), default=False)
    delete_sent_attachments = models.BooleanField(_("delete the files that were sent"), default=False)

    class Meta:
        verbose_name = _("removal of a contact's data")
        verbose_name_plural = _("removals of contacts' data")
        default_permissions = ()
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(finished_at__isnull=True), name="messenger_removal_once"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(failed_at__isnull=True),
                name="messenger_removal_done_or_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.created_at:%Y-%m-%d %H:%M}"
