from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Branch
from messenger.models.label import OfBranchQuerySet

SHORTCUT = r"^[\w-]+$"


class CannedResponse(models.Model):
    """An answer that is written often, called by `/shortcut` in the composer.

    The text may hold `{{ contact.name }}` and the like; what it may hold is in `services/canned`.
    """

    shortcut = models.CharField(
        _("shortcut"),
        max_length=40,
        validators=[RegexValidator(SHORTCUT, _("Letters, digits, - and _, without spaces."))],
        help_text=_("Operators write / and this."),
    )
    text = models.TextField(_("text"), max_length=2000)
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="canned_responses",
        help_text=_("Empty: for all branches."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(pgettext_lazy("when", "changed"), auto_now=True)

    objects = OfBranchQuerySet["CannedResponse"].as_manager()

    class Meta:
        verbose_name = _("canned response")
        verbose_name_plural = _("canned responses")
        ordering = ["shortcut", "pk"]
        constraints = [
            models.UniqueConstraint(
                "shortcut",
                "branch",
                name="messenger_canned_response_unique",
                nulls_distinct=False,
                violation_error_message=_("There is such a shortcut already."),
            ),
            models.CheckConstraint(
                condition=Q(shortcut__regex=SHORTCUT), name="messenger_canned_response_shortcut_form"
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.shortcut}"

    def clean(self) -> None:
        """Shortcuts are small letters: nobody looks for the shift key in the middle of an answer."""
        super().clean()
        self.shortcut = self.shortcut.lower()
