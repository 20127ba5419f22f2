"""Figures of days and months; administrators see them."""

from typing import Any, ClassVar

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.apps import apps as live_apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

GROUP = "Messenger administrators"
CODENAME = "view_figures"


def permissions_of(apps: Any) -> Any:
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="messenger", codename=CODENAME
    )


def grant(apps: Any, schema_editor: Any) -> None:
    # Permissions are made after all migrations; here they are needed before.
    create_permissions(live_apps.get_app_config("messenger"), apps=apps, verbosity=0)
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.add(*permissions_of(apps))


def withdraw(apps: Any, schema_editor: Any) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.remove(*permissions_of(apps))


def place(to: str) -> Any:
    return models.ForeignKey(
        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0018_webhooks")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="CountedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("counted_at", models.DateTimeField()),
                ("is_stale", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "counted day",
                "verbose_name_plural": "counted days",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Figures",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("grain", models.CharField(choices=[("day", "Day"), ("month", "Month")], max_length=5)),
                (
                    "level",
                    models.CharField(
                        choices=[("cell", "Cell"), ("inbox", "Inbox"), ("desk", "Desk")], max_length=5
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("inbox", place("messenger.inbox")),
                ("branch", place("crm.branch")),
                ("operator", place(settings.AUTH_USER_MODEL)),
                ("conversations", models.PositiveIntegerField()),
                ("unanswered", models.PositiveIntegerField()),
                ("answered", models.PositiveIntegerField()),
                ("resolved", models.PositiveIntegerField()),
                ("reopened", models.PositiveIntegerField()),
                ("transferred", models.PositiveIntegerField()),
                ("answer_times", models.BinaryField()),
                ("business_times", models.BinaryField()),
                ("resolution_times", models.BinaryField()),
                ("hours", models.BinaryField()),
                ("ratings", models.BinaryField()),
            ],
            options={
                "verbose_name": "figures",
                "verbose_name_plural": "figures",
                "default_permissions": ("view",),
            },
        ),
        migrations.AddIndex(
            model_name="conversationevent",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["created_at"], name="messenger_event_time"
            ),
        ),
        migrations.AddIndex(
            model_name="figures",
            index=models.Index(
                models.F("branch"),
                models.F("grain"),
                models.F("day"),
                condition=models.Q(("level", "cell")),
                name="messenger_figures_branch",
            ),
        ),
        migrations.AddIndex(
            model_name="figures",
            index=models.Index(
                models.F("inbox"),
                models.F("grain"),
                models.F("day"),
                condition=models.Q(("level", "cell")),
                name="messenger_figures_inbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="figures",
            constraint=models.UniqueConstraint(
                fields=("grain", "level", "day", "inbox", "branch", "operator"),
                name="messenger_figures_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="figures",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("branch__isnull", False), ("inbox__isnull", False), ("level", "cell")),
                    models.Q(
                        ("branch__isnull", True),
                        ("inbox__isnull", False),
                        ("level", "inbox"),
                        ("operator__isnull", True),
                    ),
                    models.Q(("branch__isnull", False), ("inbox__isnull", True), ("level", "desk")),
                    _connector="OR",
                ),
                name="messenger_figures_level",
            ),
        ),
        migrations.AddConstraint(
            model_name="figures",
            constraint=models.CheckConstraint(
                condition=models.Q(("grain__in", ["day", "month"])), name="messenger_figures_grain"
            ),
        ),
        migrations.RunPython(grant, withdraw),
    ]
