"""What is new in the indexes of people is looked through by each search: 4 MB of it, PostgreSQL's default, take 50 ms."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations
from django.db.models import F, Func, TextField

LIMIT_KB = 512
WORDS = Func(
    Func(F("name"), F("email"), function="messenger_contact_text", output_field=TextField()),
    function="show_trgm",
    output_field=ArrayField(TextField()),
)
DIGITS = Func(F("phone"), function="messenger_phone_digits", output_field=TextField())


def shorten(name: str, expression: Any) -> migrations.SeparateDatabaseAndState:
    return migrations.SeparateDatabaseAndState(
        [
            migrations.RunSQL(
                f"ALTER INDEX {name} SET (gin_pending_list_limit = {LIMIT_KB})",
                f"ALTER INDEX {name} RESET (gin_pending_list_limit)",
            )
        ],
        [
            migrations.RemoveIndex("contact", name),
            migrations.AddIndex("contact", GinIndex(expression, name=name, gin_pending_list_limit=LIMIT_KB)),
        ],
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("messenger", "0024_rated_conversations")]

    operations: ClassVar = [
        shorten("messenger_contact_words", WORDS),
        shorten("messenger_contact_phone", OpClass(DIGITS, name="gin_trgm_ops")),
    ]
