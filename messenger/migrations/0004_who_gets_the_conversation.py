from datetime import time

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0001_initial"),
        ("messenger", "0003_groups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="occasion")),
            ],
            options={
                "verbose_name": "holiday",
                "verbose_name_plural": "holidays",
                "ordering": ["date"],
            },
        ),
        migrations.CreateModel(
            name="RoutingRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "priority",
                    models.PositiveIntegerField(
                        default=100, help_text="Lower numbers are asked first.", verbose_name="priority"
                    ),
                ),
                (
                    "is_fallback",
                    models.BooleanField(
                        default=False,
                        help_text="Takes what no other rule takes, visitors of unknown regions too. Asked last.",
                        verbose_name="takes the rest",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "verbose_name": "routing rule",
                "verbose_name_plural": "routing rules",
                "ordering": ["is_fallback", "priority", "pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkingHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (7, "Sunday"),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("opens", models.TimeField(default=time(9, 0), verbose_name="from")),
                ("closes", models.TimeField(default=time(18, 0), verbose_name="to")),
            ],
            options={
                "verbose_name": "working hours",
                "verbose_name_plural": "working hours",
                "ordering": ["weekday", "opens"],
            },
        ),
        migrations.AddField(
            model_name="agentprofile",
            name="last_assigned_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last assigned"),
        ),
        migrations.AddField(
            model_name="conversation",
            name="escalation_failed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="nobody left to give it to"),
        ),
        migrations.AddField(
            model_name="inbox",
            name="working_hours_enabled",
            field=models.BooleanField(
                default=False,
                help_text="Outside of them conversations wait for the next opening, and visitors are told.",
                verbose_name="consider working hours",
            ),
        ),
        migrations.AlterField(
            model_name="agentprofile",
            name="capacity",
            field=models.PositiveSmallIntegerField(
                db_default=20,
                default=20,
                help_text="Most conversations that are assigned to the operator at a time.",
                verbose_name="capacity",
            ),
        ),
        migrations.AlterField(
            model_name="agentprofile",
            name="display_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Empty: the user's first name.",
                max_length=80,
                verbose_name="name for visitors",
            ),
        ),
        migrations.AlterField(
            model_name="agentprofile",
            name="status",
            field=models.CharField(
                choices=[("online", "online"), ("away", "away"), ("busy", "busy"), ("offline", "offline")],
                db_default="online",
                default="online",
                max_length=10,
                verbose_name="status",
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
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(
                    ("assignee__isnull", False),
                    ("assignee_opened_at__isnull", True),
                    ("status__in", ("open", "pending")),
                ),
                fields=["assignee_assigned_at"],
                name="messenger_conv_unopened",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(
                    ("assignee__isnull", True),
                    ("last_message_id__isnull", False),
                    ("status__in", ("open", "pending")),
                ),
                fields=["branch", "waiting_since", "id"],
                name="messenger_conv_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(
                    ("escalation_failed_at__isnull", False), ("status__in", ("open", "pending"))
                ),
                fields=["branch"],
                name="messenger_conv_forsaken",
            ),
        ),
        migrations.AddField(
            model_name="holiday",
            name="inbox",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="holidays",
                to="messenger.inbox",
                verbose_name="inbox",
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="branch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="routing_rules",
                to="crm.branch",
                verbose_name="branch",
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="inbox",
            field=models.ForeignKey(
                blank=True,
                help_text="Instead of a branch: the branch of this inbox.",
                limit_choices_to={"branch__isnull": False},
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="routing_rules",
                to="messenger.inbox",
                verbose_name="inbox",
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="regions",
            field=models.ManyToManyField(
                blank=True, related_name="routing_rules", to="crm.region", verbose_name="regions"
            ),
        ),
        migrations.AddField(
            model_name="workinghours",
            name="inbox",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="working_hours",
                to="messenger.inbox",
                verbose_name="inbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="holiday",
            constraint=models.UniqueConstraint(
                fields=("inbox", "date"),
                name="messenger_holiday_once",
                violation_error_message="This date is a holiday already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="routingrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("branch__isnull", False), ("inbox__isnull", True)),
                    models.Q(("branch__isnull", True), ("inbox__isnull", False)),
                    _connector="OR",
                ),
                name="messenger_rule_one_destination",
                violation_error_message="Choose a branch or an inbox, and not both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="workinghours",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__range", (1, 7))), name="messenger_hours_weekday_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="workinghours",
            constraint=models.UniqueConstraint(
                fields=("inbox", "weekday", "opens"),
                name="messenger_hours_once",
                violation_error_message="There are hours of this day and time already.",
            ),
        ),
    ]
