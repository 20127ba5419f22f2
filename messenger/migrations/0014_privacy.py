"""Contacts can be anonymized: what is fixed otherwise gives way to it, and only as far as it must."""

import uuid
from typing import Any, ClassVar

import django.db.models.deletion
from django.apps import apps as live_apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models

import messenger.models.attachment
import messenger.models.data_export

# Of an event only the details change, of an audit entry its object's name and its details, under the setting
# messenger.anonymize alone.
FORWARD = """
CREATE OR REPLACE FUNCTION messenger_event_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('messenger.purge', true) = 'on' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('messenger.anonymize', true) = 'on'
        AND to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'events of a conversation are only added'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_event_is_fixed';
END $$;
CREATE OR REPLACE FUNCTION crm_audit_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('messenger.anonymize', true) = 'on'
        AND to_jsonb(NEW) - '{target_name,details}'::text[] = to_jsonb(OLD) - '{target_name,details}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit entry % is never changed or removed', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'crm_audit_is_fixed';
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION messenger_event_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('messenger.purge', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'events of a conversation are only added'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_event_is_fixed';
END $$;
CREATE OR REPLACE FUNCTION crm_audit_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entry % is never changed or removed', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'crm_audit_is_fixed';
END $$;
"""
KINDS = [
    ("started", "conversation started"),
    ("assigned", "conversation assigned"),
    ("unassigned", "conversation waits for anybody"),
    ("escalated", "conversation given on"),
    ("escalation_failed", "nobody left to give the conversation to"),
    ("transferred", "conversation transferred"),
    ("resolved", "conversation resolved"),
    ("closed", "conversation closed"),
    ("reopened", "conversation reopened"),
    ("rated", "conversation rated"),
    ("details_given", "contact details given"),
    ("consented", "consent given"),
    ("contact_changed", "contact details corrected"),
    ("labelled", "label added"),
    ("unlabelled", "label removed"),
    ("blocked", "client blocked"),
    ("unblocked", "client let in again"),
    ("anonymized", "the client's personal data was removed"),
]
GROUP = "Messenger administrators"


def permission(apps: Any) -> Any:
    return apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="messenger", codename="anonymize_contact"
    )


def grant(apps: Any, schema_editor: Any) -> None:
    # Permissions are made after all migrations; here they are needed before.
    create_permissions(live_apps.get_app_config("messenger"), apps=apps, verbosity=0)
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.add(*permission(apps))


def withdraw(apps: Any, schema_editor: Any) -> None:
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.remove(*permission(apps))


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("crm", "0003_audit_is_fixed"),
        ("messenger", "0013_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="DataExport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("reason", models.TextField(max_length=500, verbose_name="reason")),
                ("with_files", models.BooleanField(default=False, verbose_name="with files")),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        max_length=200,
                        storage=messenger.models.attachment.attachments_storage,
                        upload_to=messenger.models.data_export.storage_path,
                        verbose_name="file",
                    ),
                ),
                ("size", models.PositiveBigIntegerField(default=0, verbose_name="size")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="expires")),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_exports",
                        to="messenger.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "export of a contact's data",
                "verbose_name_plural": "exports of contacts' data",
                "ordering": ["-created_at", "-pk"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file", ""), ("finished_at__isnull", True)),
                            models.Q(("finished_at__isnull", False), models.Q(("file", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="messenger_export_finished_with_file",
                    )
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="contact",
            options={
                "permissions": [
                    ("export_contact", "Can export contacts"),
                    ("anonymize_contact", "Can anonymize contacts"),
                ],
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
            },
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("anonymized_at__isnull", True),
                    models.Q(
                        ("claimed_external_id", ""),
                        ("email", ""),
                        ("external_id", ""),
                        ("locale", ""),
                        ("name", ""),
                        ("phone", ""),
                    ),
                    _connector="OR",
                ),
                name="messenger_contact_anonymized_is_empty",
            ),
        ),
        migrations.AlterField(
            model_name="conversationevent",
            name="kind",
            field=models.CharField(
                choices=KINDS,
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunPython(grant, withdraw),
    ]
