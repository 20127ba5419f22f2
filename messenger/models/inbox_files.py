"""Which files an inbox takes of its visitors."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from messenger.lib.uploads import DEFAULT_TYPES


def validate_file_size(value: int) -> None:
    limit = settings.MESSENGER_MAX_FILE_SIZE_MB
    if value > limit:
        raise ValidationError(_("At most %(limit)d MB: more is not let in here."), params={"limit": limit})


def max_file_bytes(megabytes: int | None = None) -> int:
    """Bytes of the largest file: what an inbox allows, within what is let in here at all."""
    limit: int = settings.MESSENGER_MAX_FILE_SIZE_MB
    return min(limit if megabytes is None else megabytes, limit) * 1_048_576


def default_content_types() -> list[str]:
    return list(DEFAULT_TYPES)


class FileSettings(models.Model):
    attachments_enabled = models.BooleanField(_("visitors may send files"), default=True)
    max_file_size_mb = models.PositiveSmallIntegerField(
        _("largest file, MB"), default=10, validators=[MinValueValidator(1), validate_file_size]
    )
    allowed_content_types = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("kinds of files"),
        default=default_content_types,
        blank=True,
        help_text=_("Told by a file's content, whatever its name says."),
    )

    class Meta:
        abstract = True

    @property
    def max_file_size_bytes(self) -> int:
        return max_file_bytes(self.max_file_size_mb)


CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(condition=models.Q(max_file_size_mb__gte=1), name="messenger_inbox_file_size"),
]
