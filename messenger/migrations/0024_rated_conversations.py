"""Rated conversations are found in the list's order for all, for a branch and for an operator, from the index alone."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q

KNOWN = ("rating_score", "rating_type", "status", "branch", "inbox")


def add(of: str, *column: F) -> AddIndexConcurrently:
    return AddIndexConcurrently(
        "conversation",
        models.Index(
            *column,
            F("last_message_at").desc(),
            F("id").desc(),
            include=KNOWN,
            name=f"messenger_conv_rated_{of}",
            condition=Q(rating_score__isnull=False),
        ),
    )


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("messenger", "0023_refusals_and_kinds_of_rating")]

    operations: ClassVar = [
        add("all"),
        add("branch", F("branch")),
        add("operator", F("assignee")),
        RemoveIndexConcurrently("conversation", "messenger_conv_rated"),
        migrations.RunSQL("ANALYZE messenger_conversation", migrations.RunSQL.noop),
    ]
