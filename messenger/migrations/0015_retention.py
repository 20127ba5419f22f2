"""How long inboxes keep their clients' data, and an index of what is to be closed.

The index is made without stopping anybody's writing. A run that was cut off leaves an invalid one behind: the next
one drops it.
"""

from typing import ClassVar

import django.core.validators
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("messenger", "0014_privacy")]
    operations: ClassVar = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS messenger_conv_quiet", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("status", "resolved")),
                fields=["last_message_at", "id"],
                name="messenger_conv_quiet",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="anonymize_after_months",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Clients who have neither written nor come back for so long are made anonymous by night, with their messages and files; for good. Empty: never.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1200),
                ],
                verbose_name="anonymize clients after months",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("anonymize_after_months__isnull", True),
                    ("anonymize_after_months__gte", 1),
                    _connector="OR",
                ),
                name="messenger_inbox_anonymize_after",
            ),
        ),
    ]
