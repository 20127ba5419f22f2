from django.db import models
from django.utils.translation import gettext_lazy as _


class Region(models.Model):
    """A region of the country, as GeoIP answers are matched to by name."""

    name = models.CharField(_("name"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
