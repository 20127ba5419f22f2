from django.db import models
from django.utils.translation import gettext_lazy as _


class Branch(models.Model):
    """A branch office: operators belong to one, and see its conversations."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
