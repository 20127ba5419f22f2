import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import messenger.models.attachment
import messenger.models.inbox
from django.db import migrations, models

# What was agreed to and when is only added to. A purge of whole contacts says so by the setting messenger.purge.
FORWARD = """
CREATE FUNCTION messenger_consent_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('messenger.purge', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'consents are only added'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'messenger_consent_is_fixed';
END $$;
CREATE TRIGGER messenger_consent_is_fixed BEFORE UPDATE OR DELETE ON messenger_consent
    FOR EACH ROW EXECUTE FUNCTION messenger_consent_is_fixed();
"""
BACKWARD = """
DROP TRIGGER messenger_consent_is_fixed ON messenger_consent;
DROP FUNCTION messenger_consent_is_fixed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0001_initial"),
        ("messenger", "0007_permission_to_see_what_waits"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(verbose_name="text")),
                ("url", models.URLField(blank=True, verbose_name="privacy policy")),
                (
                    "given_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="given"
                    ),
                ),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
                "ordering": ["-given_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="inbox",
            name="allowed_content_types",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=100),
                blank=True,
                default=messenger.models.inbox.default_content_types,
                help_text="Told by a file's content, whatever its name says.",
                verbose_name="kinds of files",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="attachments_enabled",
            field=models.BooleanField(default=True, verbose_name="visitors may send files"),
        ),
        migrations.AddField(
            model_name="inbox",
            name="consent_required",
            field=models.BooleanField(
                default=False,
                help_text="Visitors agree to the privacy text before they write; text and time are recorded.",
                verbose_name="ask for consent",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="max_file_size_mb",
            field=models.PositiveSmallIntegerField(
                default=10,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    messenger.models.inbox.validate_file_size,
                ],
                verbose_name="largest file, MB",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="offline_message",
            field=models.TextField(
                blank=True,
                help_text="Empty: a sentence of ours in the visitor's language.",
                max_length=500,
                verbose_name="what is told then",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="offline_mode_enabled",
            field=models.BooleanField(
                default=False,
                help_text="While no operator is online, and outside of working hours. Messages are taken all the same.",
                verbose_name="tell when nobody is there",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="prechat_email",
            field=models.CharField(
                choices=[("off", "no"), ("optional", "optional"), ("required", "required")],
                default="off",
                max_length=8,
                verbose_name="ask for the email",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="prechat_name",
            field=models.CharField(
                choices=[("off", "no"), ("optional", "optional"), ("required", "required")],
                default="off",
                max_length=8,
                verbose_name="ask for the name",
            ),
        ),
        migrations.AddField(
            model_name="inbox",
            name="prechat_phone",
            field=models.CharField(
                choices=[("off", "no"), ("optional", "optional"), ("required", "required")],
                default="off",
                max_length=8,
                verbose_name="ask for the phone",
            ),
        ),
        migrations.AlterField(
            model_name="attachment",
            name="file",
            field=models.FileField(
                max_length=200,
                storage=messenger.models.attachment.attachments_storage,
                upload_to=messenger.models.attachment.storage_path,
                verbose_name="file",
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
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("prechat_email__in", ["off", "optional", "required"]),
                    ("prechat_name__in", ["off", "optional", "required"]),
                    ("prechat_phone__in", ["off", "optional", "required"]),
                ),
                name="messenger_inbox_prechat_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="inbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_file_size_mb__gte", 1)), name="messenger_inbox_file_size"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consents",
                to="messenger.contact",
                verbose_name="contact",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
