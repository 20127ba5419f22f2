"""A contact's data may be removed by the worker; of its jobs one sees how they fare.

Neither model has permissions of its own: those of the contact are asked (0014).
"""

import uuid
from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def job_fields() -> list[tuple[str, models.Field]]:
    return [
        ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
        ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="begun")),
        ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="given up")),
    ]


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("messenger", "0015_retention"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        *(migrations.AddField("dataexport", name, field) for name, field in job_fields()),
        migrations.CreateModel(
            name="DataRemoval",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("reason", models.TextField(max_length=500, verbose_name="reason")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                *job_fields(),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("redact_messages", models.BooleanField(default=False, verbose_name="remove the texts")),
                (
                    "delete_attachments",
                    models.BooleanField(default=False, verbose_name="delete the client's files"),
                ),
                (
                    "delete_sent_attachments",
                    models.BooleanField(default=False, verbose_name="delete the files that were sent"),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_removals",
                        to="messenger.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
            ],
            options={
                "verbose_name": "removal of a contact's data",
                "verbose_name_plural": "removals of contacts' data",
                "ordering": ["-created_at", "-pk"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("contact",),
                        name="messenger_removal_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at__isnull", True), ("failed_at__isnull", True), _connector="OR"
                        ),
                        name="messenger_removal_done_or_failed",
                    ),
                ],
            },
        ),
    ]
