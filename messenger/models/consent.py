from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from messenger.models.contact import Contact


class Consent(models.Model):
    """What a visitor agreed to and when, in the words that they saw. Append-only: the database refuses changes."""

    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.CASCADE, related_name="consents"
    )
    text = models.TextField(_("text"))
    url = models.URLField(_("privacy policy"), blank=True)
    given_at = models.DateTimeField(_("given"), db_default=Now())

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:80]
