"""Webhooks' outbox and log, the automatic answer, and leases; administrators see deliveries and repeat them."""

from typing import Any, ClassVar

from django.apps import apps as live_apps
from django.contrib.auth.management import create_permissions
from django.contrib.postgres.operations import AddConstraintNotValid
import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import messenger.models.inbox
from django.db import migrations, models


GROUP = "Messenger administrators"
CODENAMES = ["view_webhookdelivery", "change_webhookdelivery"]


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
    dependencies: ClassVar = [
        ("messenger", "0017_integrations"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("holder", models.UUIDField(null=True)),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "lease",
                "verbose_name_plural": "leases",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="WebhookAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="sent")),
                ("duration_ms", models.PositiveIntegerField(verbose_name="milliseconds")),
                ("url", models.URLField(max_length=500, verbose_name="address")),
                ("status", models.PositiveSmallIntegerField(null=True, verbose_name="status")),
                ("problem", models.CharField(blank=True, max_length=20, verbose_name="problem")),
                ("answer", models.TextField(blank=True, verbose_name="answer")),
            ],
            options={
                "verbose_name": "attempt",
                "verbose_name_plural": "attempts",
                "ordering": ["pk"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        editable=False,
                        unique=True,
                        verbose_name="id",
                    ),
                ),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("conversation.created", "new conversation"),
                            ("conversation.closed", "conversation closed"),
                            ("message.in", "message from the client"),
                            ("message.out", "message to the client"),
                        ],
                        max_length=24,
                        verbose_name="event",
                    ),
                ),
                (
                    "conversation_status",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("pending", "pending"),
                            ("resolved", "resolved"),
                            ("closed", "closed"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("conversation_branch", models.BigIntegerField(editable=False, verbose_name="branch")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("delivered", "delivered"), ("failed", "given up")],
                        db_default="waiting",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, verbose_name="attempts")),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="next attempt"
                    ),
                ),
                ("claimed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="created"
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "webhook delivery",
                "verbose_name_plural": "webhook deliveries",
                "ordering": ["-pk"],
                "default_permissions": ("view", "change"),
            },
        ),
        migrations.AddField(
            model_name="inbox",
            name="auto_reply_enabled",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="answer the first message automatically"
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="auto_reply_text",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="Sent once, in the name of the operator to whom the conversation was given. Without one nothing is sent.",
                max_length=2000,
                verbose_name="text of the automatic answer",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="webhook_enabled",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="tell another system by webhook"
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="webhook_events",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=24),
                blank=True,
                db_default=["conversation.created", "conversation.closed", "message.in", "message.out"],
                default=messenger.models.inbox.all_webhook_events,
                verbose_name="events",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="webhook_secret",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="With it the receiver can check who sent a request. Empty: requests are not signed.",
                max_length=128,
                verbose_name="secret for the signature",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="webhook_stop_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("gone", "the receiver says that it is gone for good (410)"),
                    ("failing", "for days no attempt was successful"),
                ],
                db_default="",
                editable=False,
                max_length=7,
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="webhook_stopped_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="webhook stopped"),
        ),
        migrations.AddField(
            model_name="inbox",
            name="webhook_url",
            field=models.URLField(
                blank=True,
                db_default="",
                max_length=500,
                validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                verbose_name="webhook URL",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="is_automatic",
            field=models.BooleanField(db_default=False, editable=False, verbose_name="sent automatically"),
        ),
        migrations.AddConstraint(
            model_name="inbox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("webhook_enabled", False), models.Q(("webhook_url", ""), _negated=True), _connector="OR"
                ),
                name="messenger_inbox_webhook_url",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "webhook_events__contained_by",
                        ["conversation.created", "conversation.closed", "message.in", "message.out"],
                    )
                ),
                name="messenger_inbox_webhook_events",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("auto_reply_enabled", False),
                    models.Q(("auto_reply_text", ""), _negated=True),
                    _connector="OR",
                ),
                name="messenger_inbox_auto_reply",
            ),
        ),
        # Ten million rows are looked at without a lock that stops everybody, by 0021.
        AddConstraintNotValid(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_automatic", False), ("direction", "out"), _connector="OR"),
                name="messenger_message_automatic",
            ),
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="conversation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="webhook_deliveries",
                to="messenger.conversation",
                verbose_name="conversation",
            ),
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="inbox",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="messenger.inbox",
                verbose_name="inbox",
            ),
        ),
        migrations.AddField(
            model_name="webhookdelivery",
            name="message",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="messenger.message",
                verbose_name="message",
            ),
        ),
        migrations.AddField(
            model_name="webhookattempt",
            name="delivery",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="log",
                to="messenger.webhookdelivery",
                verbose_name="delivery",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["inbox", "due_at", "id"],
                name="messenger_webhook_due",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["conversation", "id"], name="messenger_webhook_order"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["inbox", "-id"], name="messenger_webhook_log"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["message"], name="messenger_webhook_message"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["created_at"], name="messenger_webhook_age"),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("event__in", ["message.in", "message.out"]), ("message__isnull", False)),
                    models.Q(
                        ("event__in", ["conversation.created", "conversation.closed"]),
                        ("message__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="messenger_webhook_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", True), ("state", "waiting")),
                    models.Q(("finished_at__isnull", False), ("state__in", ["delivered", "failed"])),
                    _connector="OR",
                ),
                name="messenger_webhook_finished",
            ),
        ),
        migrations.RunPython(grant, withdraw),
    ]
