"""Operators use labels and canned responses, administrators keep them; exports are the administrators'."""

from typing import Any, ClassVar

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

KEPT = ("label", "cannedresponse")
GRANTED = {
    "Messenger operators": [f"view_{model}" for model in KEPT],
    "Messenger administrators": [
        *(f"{action}_{model}" for action in ("view", "add", "change", "delete") for model in KEPT),
        "export_conversation",
        "export_contact",
        "export_message",
    ],
}


def permissions_of(apps: Any, codenames: list[str]) -> Any:
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="messenger", codename__in=codenames
    )


def grant(apps: Any, schema_editor: Any) -> None:
    # Permissions are made after all migrations; here they are needed before.
    create_permissions(live_apps.get_app_config("messenger"), apps=apps, verbosity=0)
    for name, codenames in GRANTED.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            group.permissions.add(*permissions_of(apps, codenames))


def withdraw(apps: Any, schema_editor: Any) -> None:
    for name, codenames in GRANTED.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            group.permissions.remove(*permissions_of(apps, codenames))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0011_what_the_workplace_needs")]
    operations: ClassVar = [migrations.RunPython(grant, withdraw)]
