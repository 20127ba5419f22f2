import uuid

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from messenger.models.message import Message

FOLDER = "messenger"


def attachments_storage() -> Storage:
    """On disk or in an S3-compatible store, by setting; never where a web server shows files."""
    return storages["messenger"]


def storage_path(attachment: "Attachment", filename: str) -> str:
    """A generated name: what the visitor called the file never becomes a path."""
    return f"{FOLDER}/{attachment.pk.hex[:2]}/{attachment.pk.hex}"


class Attachment(models.Model):
    """A file of a message, stored under a generated name; its public id can't be guessed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(
        Message, verbose_name=_("message"), on_delete=models.CASCADE, related_name="attachments"
    )
    file = models.FileField(_("file"), upload_to=storage_path, storage=attachments_storage, max_length=200)
    original_name = models.CharField(pgettext_lazy("file", "name"), max_length=255)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="messenger_attachment_sha256_form"
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="messenger_attachment_not_empty"),
        ]

    def __str__(self) -> str:
        return self.original_name
