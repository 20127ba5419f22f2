"""Refusals of mail outlive the contacts that gave the address, and of what a rating is stands beside it.

Not atomic: the check of conversations is added without a look at them, and they are looked at while everybody writes.
"""

from typing import ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION messenger_mail_digest(inbox bigint, address text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT encode(sha256(convert_to(inbox || ':' || lower(address), 'UTF8')), 'hex') $$;
INSERT INTO messenger_mailrefusal (inbox_id, digest, created_at)
    SELECT inbox_id, messenger_mail_digest(inbox_id, email), min(mail_unsubscribed_at) FROM messenger_contact
    WHERE mail_unsubscribed_at IS NOT NULL AND email <> '' GROUP BY 1, 2
    ON CONFLICT DO NOTHING;
"""
BACKWARD = "DROP FUNCTION IF EXISTS messenger_mail_digest(bigint, text)"


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("messenger", "0022_contact_words")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="MailRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                (
                    "inbox",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="messenger.inbox",
                        verbose_name="inbox",
                    ),
                ),
            ],
            options={
                "verbose_name": "refusal of mail",
                "verbose_name_plural": "refusals of mail",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("inbox", "digest"), name="messenger_mail_refused_once"),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="messenger_mail_refusal_digest",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        RemoveIndexConcurrently(model_name="contact", name="messenger_contact_no_mail"),
        migrations.AddField(
            model_name="conversation",
            name="rating_type",
            field=models.CharField(
                blank=True,
                choices=[("stars", "stars, 1 to 5"), ("nps", "recommendation, 0 to 10")],
                db_default="",
                default="",
                max_length=5,
                verbose_name="kind of rating",
            ),
        ),
        AddConstraintNotValid(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rating_type", ""),
                    models.Q(("rating_score__isnull", False), ("rating_type", "nps")),
                    models.Q(
                        ("rating_score__isnull", False),
                        ("rating_score__range", (1, 5)),
                        ("rating_type", "stars"),
                    ),
                    _connector="OR",
                ),
                name="messenger_conversation_rating_type",
            ),
        ),
        ValidateConstraint("conversation", "messenger_conversation_rating_type"),
        # Nothing is known of a new column or index otherwise, until the database finds the time: its plans would be those
        # of an empty one.
        migrations.RunSQL("ANALYZE messenger_conversation, messenger_contact", migrations.RunSQL.noop),
    ]
