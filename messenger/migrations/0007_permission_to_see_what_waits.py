"""Administrators see the worker's queue beside its timetable and its results."""

from typing import Any, ClassVar

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

ADMINISTRATORS = "Messenger administrators"


def permission(apps: Any) -> Any:
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="django_q", codename="view_ormq"
    )


def grant(apps: Any, schema_editor: Any) -> None:
    # Permissions are made after all migrations; here they are needed before.
    create_permissions(live_apps.get_app_config("django_q"), apps=apps, verbosity=0)
    for group in apps.get_model("auth", "Group").objects.filter(name=ADMINISTRATORS):
        group.permissions.add(*permission(apps))


def withdraw(apps: Any, schema_editor: Any) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name=ADMINISTRATORS):
        group.permissions.remove(*permission(apps))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0006_permissions_for_routing"), ("django_q", "0007_ormq")]
    operations: ClassVar = [migrations.RunPython(grant, withdraw)]
