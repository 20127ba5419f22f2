"""Keys of second factors are stored sealed (`crm.second_factor.sealing`): those that are there as well."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import migrations, models

from crm.second_factor.sealing import Unreadable, seal, unseal


def seal_all(apps: Any, schema_editor: Any) -> None:
    _rewrite(apps, seal)


def open_all(apps: Any, schema_editor: Any) -> None:
    _rewrite(apps, unseal)


def _rewrite(apps: Any, translate: Callable[[str, int], str]) -> None:
    factors = apps.get_model("crm", "SecondFactor").objects
    for user_id, key in factors.values_list("user_id", "sealed_key").iterator():
        try:
            factors.filter(user_id=user_id).update(sealed_key=translate(key, user_id))
        except Unreadable:
            # Its owner can't log in by it either; the column is too short for it on the way back.
            factors.filter(user_id=user_id).update(sealed_key="")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("crm", "0003_audit_is_fixed")]
    operations: ClassVar = [
        migrations.RenameField("secondfactor", "key", "sealed_key"),
        migrations.AlterField("secondfactor", "sealed_key", models.CharField(max_length=255)),
        migrations.RunPython(seal_all, open_all),
    ]
