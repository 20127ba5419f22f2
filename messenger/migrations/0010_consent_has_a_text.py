from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0001_initial"),
        ("messenger", "0009_permission_to_see_consents"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="inbox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consent_required", False),
                    models.Q(("privacy_text", ""), _negated=True),
                    _connector="OR",
                ),
                name="messenger_inbox_consent_text",
            ),
        ),
    ]
