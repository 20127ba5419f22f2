"""People are found by an index that is exact, which PostgreSQL need not look at again row by row."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("messenger", "0021_validate_checks")]

    operations: ClassVar = [
        AddIndexConcurrently(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    models.Func(
                        models.F("name"),
                        models.F("email"),
                        function="messenger_contact_text",
                        output_field=models.TextField(),
                    ),
                    function="show_trgm",
                    output_field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                name="messenger_contact_words",
            ),
        ),
        RemoveIndexConcurrently(model_name="contact", name="messenger_contact_search"),
    ]
