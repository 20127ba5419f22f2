"""What an inbox says of mail to visitors who left."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

DEFAULT_MAIL_MINUTES = 5
MOST_MAIL_MINUTES = 1440


class MailSettings(models.Model):
    mail_enabled = models.BooleanField(
        _("mail answers to visitors who left"),
        default=False,
        db_default=False,
        help_text=_(
            "Who gave an email and hasn't seen an answer gets one mail with all that they missed and a link back."
        ),
    )
    mail_after_minutes = models.PositiveSmallIntegerField(
        _("after minutes unseen"),
        blank=True,
        default=DEFAULT_MAIL_MINUTES,
        db_default=DEFAULT_MAIL_MINUTES,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MAIL_MINUTES)],
    )
    mail_sender = models.CharField(
        _("name of the sender"),
        max_length=80,
        blank=True,
        db_default="",
        help_text=_("Empty: the title."),
    )

    class Meta:
        abstract = True


CONSTRAINTS: list[models.BaseConstraint] = [
    models.CheckConstraint(
        condition=models.Q(mail_after_minutes__range=(1, MOST_MAIL_MINUTES)),
        name="messenger_inbox_mail_after",
    ),
]
