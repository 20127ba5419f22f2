"""The groups of the two roles, with the permissions they start with."""

from typing import Any, ClassVar

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = {
    "Messenger operators": {
        "messenger": {"view_conversation", "change_conversation", "view_contact", "change_contact"},
    },
    "Messenger administrators": {
        "messenger": {
            "view_conversation",
            "change_conversation",
            "view_contact",
            "change_contact",
            "view_inbox",
            "add_inbox",
            "change_inbox",
            "view_agentprofile",
            "add_agentprofile",
            "change_agentprofile",
        },
        "crm": {
            "view_user",
            "add_user",
            "change_user",
            "view_branch",
            "add_branch",
            "change_branch",
            "view_region",
            "add_region",
            "change_region",
        },
        "django_q": {"view_schedule", "view_success", "view_failure"},
    },
}


def make_groups(apps: Any, schema_editor: Any) -> None:
    # Permissions are made after all migrations; here they are needed before.
    for label in ("crm", "messenger", "django_q"):
        create_permissions(live_apps.get_app_config(label), apps=apps, verbosity=0)
    permissions = apps.get_model("auth", "Permission").objects
    for name, granted in GROUPS.items():
        group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for label, codenames in granted.items():
            group.permissions.add(*permissions.filter(content_type__app_label=label, codename__in=codenames))


def remove_groups(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("messenger", "0002_invariants"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations: ClassVar = [migrations.RunPython(make_groups, remove_groups)]
