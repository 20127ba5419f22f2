"""Mail to visitors who left: what an inbox wants, who wants none, and the outbox."""

from typing import ClassVar

import django.contrib.postgres.functions
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.db import migrations, models

# Who wants no mail said so of an address. Whatever way a contact gets another one, nobody has refused mail to that.
FORWARD = """
CREATE FUNCTION messenger_contact_has_another_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.mail_unsubscribed_at := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER messenger_contact_has_another_address BEFORE UPDATE OF email ON messenger_contact FOR EACH ROW
    WHEN (OLD.mail_unsubscribed_at IS NOT NULL AND lower(NEW.email) <> lower(OLD.email))
    EXECUTE FUNCTION messenger_contact_has_another_address();
"""
BACKWARD = """
DROP TRIGGER messenger_contact_has_another_address ON messenger_contact;
DROP FUNCTION messenger_contact_has_another_address();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0019_insight")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="VisitorMail",
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
                ("from_message_id", models.BigIntegerField(verbose_name="from message")),
                ("up_to_message_id", models.BigIntegerField(verbose_name="up to message")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("sent", "sent"),
                            ("not_needed", "no longer needed"),
                            ("failed", "given up"),
                        ],
                        db_default="waiting",
                        max_length=10,
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
                (
                    "problem",
                    models.CharField(blank=True, db_default="", max_length=60, verbose_name="problem"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="created"
                    ),
                ),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
            ],
            options={
                "verbose_name": "mail to a visitor",
                "verbose_name_plural": "mails to visitors",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="mail_unsubscribed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="wants no mail"),
        ),
        migrations.AddField(
            model_name="inbox",
            name="mail_after_minutes",
            field=models.PositiveSmallIntegerField(
                blank=True,
                db_default=5,
                default=5,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(1440),
                ],
                verbose_name="after minutes unseen",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="mail_enabled",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Who gave an email and hasn't seen an answer gets one mail with all that they missed and a link back.",
                verbose_name="mail answers to visitors who left",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="mail_sender",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Empty: the title.",
                max_length=80,
                verbose_name="name of the sender",
            ),
        ),
        migrations.AlterField(
            model_name="conversationevent",
            name="kind",
            field=models.CharField(
                choices=[
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
                    ("mailed", "answers mailed to the client"),
                    ("anonymized", "the client's personal data was removed"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                models.F("inbox"),
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("mail_unsubscribed_at__isnull", False)),
                name="messenger_contact_no_mail",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("mail_after_minutes__range", (1, 1440))),
                name="messenger_inbox_mail_after",
            ),
        ),
        migrations.AddField(
            model_name="visitormail",
            name="conversation",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mails",
                to="messenger.conversation",
                verbose_name="conversation",
            ),
        ),
        migrations.AddIndex(
            model_name="visitormail",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["due_at", "id"], name="messenger_mail_due"
            ),
        ),
        migrations.AddIndex(
            model_name="visitormail",
            index=models.Index(fields=["created_at"], name="messenger_mail_age"),
        ),
        migrations.AddConstraint(
            model_name="visitormail",
            constraint=models.UniqueConstraint(
                fields=("conversation", "up_to_message_id"), name="messenger_mail_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="visitormail",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("conversation",),
                name="messenger_mail_one_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitormail",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_message_id__lte", models.F("up_to_message_id"))),
                name="messenger_mail_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="visitormail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", True), ("state", "waiting")),
                    models.Q(("finished_at__isnull", False), ("state__in", ["sent", "not_needed", "failed"])),
                    _connector="OR",
                ),
                name="messenger_mail_finished",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
