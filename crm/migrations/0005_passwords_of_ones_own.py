"""Whether somebody else set a user's password. Of those that are there already nobody knows: they stay."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0004_keys_are_sealed")]
    operations: ClassVar = [
        migrations.AddField(
            "user",
            "must_change_password",
            models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
