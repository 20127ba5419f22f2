"""Administrators decide who gets the conversation: rules, working hours, holidays."""

from typing import Any, ClassVar

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

ADMINISTRATORS = "Messenger administrators"
MODELS = ("routingrule", "workinghours", "holiday")
ACTIONS = ("view", "add", "change", "delete")


def permissions_of(apps: Any) -> Any:
    codenames = [f"{action}_{model}" for action in ACTIONS for model in MODELS]
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="messenger", codename__in=codenames
    )


def grant(apps: Any, schema_editor: Any) -> None:
    # Permissions are made after all migrations; here they are needed before.
    create_permissions(live_apps.get_app_config("messenger"), apps=apps, verbosity=0)
    for group in apps.get_model("auth", "Group").objects.filter(name=ADMINISTRATORS):
        group.permissions.add(*permissions_of(apps))


def withdraw(apps: Any, schema_editor: Any) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name=ADMINISTRATORS):
        group.permissions.remove(*permissions_of(apps))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0005_pick_operator")]
    operations: ClassVar = [migrations.RunPython(grant, withdraw)]
