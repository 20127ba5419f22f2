"""Tokens of programs that use the REST API; administrators make, change and revoke them."""

from typing import Any, ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.apps import apps as live_apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

GROUP = "Messenger administrators"
CODENAMES = [f"{action}_integrationtoken" for action in ("view", "add", "change")]
SCOPES = [
    ("conversations:read", "see conversations"),
    ("conversations:write", "assign, resolve, close and reopen conversations"),
    ("messages:read", "read messages and files"),
    ("messages:write", "write to clients"),
    ("contacts:read", "see clients"),
    ("contacts:write", "correct clients"),
]


def permissions_of(apps: Any) -> Any:
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="messenger", codename__in=CODENAMES
    )


def grant(apps: Any, schema_editor: Any) -> None:
    # Permissions are made after all migrations; here they are needed before.
    create_permissions(live_apps.get_app_config("messenger"), apps=apps, verbosity=0)
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.add(*permissions_of(apps))


def withdraw(apps: Any, schema_editor: Any) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.remove(*permissions_of(apps))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0016_privacy_jobs")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="IntegrationToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="What uses it, such as “Bot of the shop” or “1C”.",
                        max_length=80,
                        verbose_name="name",
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("prefix", models.CharField(editable=False, max_length=11, verbose_name="begins with")),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(choices=SCOPES, max_length=30),
                        default=list,
                        verbose_name="allowed",
                    ),
                ),
                (
                    "is_limited",
                    models.BooleanField(default=False, editable=False, verbose_name="limited to inboxes"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "last_used_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last used"),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Empty: until it is revoked.",
                        null=True,
                        verbose_name="valid until",
                    ),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="revoked"),
                ),
                (
                    "acts_as",
                    models.ForeignKey(
                        help_text="Under whose name it writes and assigns; it sees what this user sees. Chosen once.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="integration_tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="acts as",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "inboxes",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Only the clients and conversations of these. Empty: of all that the user sees.",
                        related_name="+",
                        to="messenger.inbox",
                        verbose_name="inboxes",
                    ),
                ),
            ],
            options={
                "verbose_name": "API token",
                "verbose_name_plural": "API tokens",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="messenger_token_digest_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scopes__contained_by", [scope for scope, _label in SCOPES])),
                        name="messenger_token_scopes_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scopes__len__gte", 1)), name="messenger_token_has_a_scope"
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("revoked_at__isnull", True)),
                        name="messenger_token_name_unique",
                        violation_error_message="There is a token of this name already. Revoke it first.",
                    ),
                ],
            },
        ),
        migrations.RunPython(grant, withdraw),
    ]
