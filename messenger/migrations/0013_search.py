"""Indexes for the conversation list: its filters, and the search by contact and by the text of messages.

Made without stopping anybody's writing. A run that was cut off leaves an invalid index behind: the next one drops it.
"""

from typing import Any, ClassVar

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F

# Databases of the locale C make no trigrams of Cyrillic letters: they get others, one for one, ё and е the same one.
# Who looks compares the words themselves as well.
#
# Words of messages stand in the index behind the number of their stretch of ids, "305 заказ", and the stretch alone as
# "305 ": why is told in services/search_words.py. What is longer than words are is left out: with the number it would be too
# long for a tsvector, and the message could not be written.
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
ASCII = "abvgdejziyklmnoprstufhcqwx123456e"

FUNCTIONS = f"""
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION messenger_phone_digits(phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT pg_catalog.regexp_replace(
        pg_catalog.regexp_replace(phone, '[^0-9]', '', 'g'), '^(8(?=[0-9]{{10}}$)|(?=9[0-9]{{9}}$))', '7'
    )
$$;

CREATE FUNCTION messenger_contact_text(name text, email text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT pg_catalog.translate(
        pg_catalog.lower(' ' || name || ' ' || email), '{CYRILLIC}{CYRILLIC.upper()}', '{ASCII}{ASCII}'
    )
$$;

CREATE FUNCTION messenger_message_text(id bigint, body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT pg_catalog.regexp_replace(
        pg_catalog.to_tsvector(
            'pg_catalog.russian'::regconfig, pg_catalog.regexp_replace(body, '\\S{{250,}}', ' ', 'g')
        )::text,
        '(^| )''', '\\1''' || (id >> 15)::text || ' ', 'g'
    )::tsvector || pg_catalog.array_to_tsvector(ARRAY[(id >> 15)::text || ' '])
$$;
"""
NO_FUNCTIONS = """
DROP FUNCTION messenger_message_text(bigint, text);
DROP FUNCTION messenger_contact_text(text, text);
DROP FUNCTION messenger_phone_digits(text);
"""


def afresh(model: str, index: Any) -> list[Any]:
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}"
    return [migrations.RunSQL(drop, migrations.RunSQL.noop), AddIndexConcurrently(model, index)]


NEWEST = (F("last_message_at").desc(), F("id").desc())
RESOLVED = models.Q(("status", "resolved"))
UNFINISHED = models.Q(("status__in", ("open", "pending")))
INDEXES = [
    ("conversation", models.Index(F("assignee"), *NEWEST, name="messenger_conv_operator")),
    ("conversation", models.Index(F("inbox"), *NEWEST, name="messenger_conv_inbox")),
    (
        "conversation",
        models.Index(F("branch"), *NEWEST, name="messenger_conv_branch_resolved", condition=RESOLVED),
    ),
    (
        "conversation",
        models.Index(F("branch"), *NEWEST, name="messenger_conv_branch_live", condition=UNFINISHED),
    ),
    (
        "conversation",
        models.Index(
            fields=["-last_message_at", "-id"],
            include=["rating_score", "branch", "inbox"],
            name="messenger_conv_rated",
            condition=models.Q(("rating_score__isnull", False)),
        ),
    ),
    (
        "conversation",
        models.Index(
            fields=["waiting_since"],
            name="messenger_conv_waiting_since",
            condition=models.Q(("waiting_since__isnull", False)),
        ),
    ),
    (
        "contact",
        django.contrib.postgres.indexes.GinIndex(
            django.contrib.postgres.indexes.OpClass(
                models.Func(
                    F("name"),
                    F("email"),
                    function="messenger_contact_text",
                    output_field=models.TextField(),
                ),
                name="gin_trgm_ops",
            ),
            name="messenger_contact_search",
        ),
    ),
    (
        "contact",
        django.contrib.postgres.indexes.GinIndex(
            django.contrib.postgres.indexes.OpClass(
                models.Func(F("phone"), function="messenger_phone_digits", output_field=models.TextField()),
                name="gin_trgm_ops",
            ),
            name="messenger_contact_phone",
        ),
    ),
    (
        "message",
        django.contrib.postgres.indexes.GinIndex(
            models.Func(
                F("id"),
                F("body"),
                function="messenger_message_text",
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
            name="messenger_message_search",
            gin_pending_list_limit=512,
        ),
    ),
]


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("messenger", "0012_permissions_for_the_workplace")]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        *(operation for model, index in INDEXES for operation in afresh(model, index)),
    ]
