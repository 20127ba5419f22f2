import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messenger.models.attachment import attachments_storage
from messenger.models.contact import Contact
from messenger.models.data_job import DataJob

FOLDER = "exports"


def storage_path(export: "DataExport", filename: str) -> str:
    """Each attempt has a file of its own: what two workers make at once never mixes."""
    return f"{FOLDER}/{uuid.uuid4().hex}"


class DataExport(DataJob):
    """A contact's data as a file that the worker makes, for whoever asked for it, until it expires.

    The row goes with its file, and with the contact's data: who exported what and why is kept by the audit.
    """

    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="data_exports"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    with_files = models.BooleanField(_("with files"), default=False)
    file = models.FileField(
        _("file"), upload_to=storage_path, storage=attachments_storage, max_length=200, blank=True
    )
    size = models.PositiveBigIntegerField(_("size"), default=0)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        verbose_name = _("export of a contact's data")
        verbose_name_plural = _("exports of contacts' data")
        default_permissions = ()
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, file="") | (Q(finished_at__isnull=False) & ~Q(file="")),
                name="messenger_export_finished_with_file",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.created_at:%Y-%m-%d %H:%M}"
