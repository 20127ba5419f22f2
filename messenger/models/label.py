from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models import Branch, User
from messenger.models.conversation import Conversation

COLOR = r"^#[0-9a-f]{6}$"


class OfBranchQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows that belong to one branch, or to all of them where `branch` is empty."""

    def of_branch(self, branch_id: int | None) -> "OfBranchQuerySet[M]":
        """Those that may be used in a conversation of the branch."""
        return self.filter(Q(branch=None) | Q(branch=branch_id))

    def visible_to(self, user: User) -> "OfBranchQuerySet[M]":
        """Administrators see all, operators those of all branches and of their own."""
        return self if user.is_messenger_administrator else self.of_branch(user.branch_id)


class Label(models.Model):
    """A mark by which conversations are found again."""

    name = models.CharField(pgettext_lazy("label", "name"), max_length=40)
    color = models.CharField(
        _("color"),
        max_length=7,
        default="#64748b",
        validators=[RegexValidator(COLOR, _("Write the color as #rrggbb."))],
    )
    branch = models.ForeignKey(
        Branch,
        verbose_name=_("branch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="labels",
        help_text=_("Empty: for all branches."),
    )

    objects = OfBranchQuerySet["Label"].as_manager()

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                "branch",
                name="messenger_label_unique",
                nulls_distinct=False,
                violation_error_message=_("There is such a label already."),
            ),
            models.CheckConstraint(condition=Q(color__regex=COLOR), name="messenger_label_color_form"),
        ]

    def __str__(self) -> str:
        return self.name


class ConversationLabel(models.Model):
    """That a conversation carries a label, by whom and since when."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="label_links", db_index=False
    )
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="links", db_index=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("label of a conversation")
        verbose_name_plural = _("labels of conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "label"], name="messenger_conversation_label_unique"
            )
        ]
        indexes = [models.Index(fields=["label", "conversation"], name="messenger_label_conversations")]

    def __str__(self) -> str:
        return f"{self.label} #{self.conversation_id}"
