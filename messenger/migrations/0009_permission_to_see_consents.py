"""Who answers visitors sees what they agreed to."""

from typing import Any, ClassVar

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = ("Messenger operators", "Messenger administrators")


def permission(apps: Any) -> Any:
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="messenger", codename="view_consent"
    )


def grant(apps: Any, schema_editor: Any) -> None:
    # Permissions are made after all migrations; here they are needed before.
    create_permissions(live_apps.get_app_config("messenger"), apps=apps, verbosity=0)
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(*permission(apps))


def withdraw(apps: Any, schema_editor: Any) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.remove(*permission(apps))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0008_what_the_widget_asks")]
    operations: ClassVar = [migrations.RunPython(grant, withdraw)]
