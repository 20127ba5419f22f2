"""What an inbox answers by itself."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class AutoReplySettings(models.Model):
    auto_reply_enabled = models.BooleanField(
        _("answer the first message automatically"), default=False, db_default=False
    )
    auto_reply_text = models.TextField(
        _("text of the automatic answer"),
        max_length=2000,
        blank=True,
        db_default="",
        help_text=_(
            "Sent once, in the name of the operator to whom the conversation was given. Without one nothing is sent."
        ),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.auto_reply_enabled and not self.auto_reply_text.strip():
            raise ValidationError({"auto_reply_text": _("Write what is answered, or turn the answer off.")})


CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(
        condition=models.Q(auto_reply_enabled=False) | ~models.Q(auto_reply_text=""),
        name="messenger_inbox_auto_reply",
    ),
]
