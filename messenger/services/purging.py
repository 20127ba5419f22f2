"""Removes what nobody wrote in, and what nobody will look at any more."""

import math
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef
from django_q.models import Failure

from messenger.lib import clock
from messenger.lib.budget import Budget
from messenger.models import Contact, Conversation, Message

# At most: some thirty milliseconds (docs/retention.md). Where it takes longer there are fewer (`Budget`).
BATCH = 100
FAILURES = 1_000
# One statement each: as many as Django sends to collect what goes take three times as long under the lock.
_DELETE = """
WITH gone AS MATERIALIZED (
    SELECT o.id FROM {table} o
    WHERE o.id = ANY(%s) AND NOT EXISTS (SELECT 1 FROM {unless} c WHERE c.{column} = o.id)
){with_it}
DELETE FROM {table} WHERE id IN (SELECT id FROM gone)
"""
_WITH_IT = ", gone_{number} AS (DELETE FROM {table} WHERE {column} IN (SELECT id FROM gone))"


def purge_empty(*, older_than: timedelta, seconds: float = math.inf) -> int:
    """Deletes conversations without a message, and contacts left without any; the number of conversations.

    Blocked contacts stay, so that they stay blocked, and so do notes. None more is begun once `seconds` are over.

    Batches, each its own transaction, so that no lock lasts. A visitor who writes at this very moment keeps the
    conversation: rows are locked, and looked at again, before they go.
    """
    removed, budget = 0, Budget(seconds, most=BATCH)
    since: datetime | None = None
    while True:
        batch = _purge_batch(older_than, since, budget.begin_batch())
        budget.end_batch()
        removed += len(batch)
        if not batch or budget.is_spent:
            return removed
        # What went is dead in the index until it is vacuumed: it is not walked again.
        since = batch[-1]


def purge_failures(*, older_than: timedelta) -> int:
    """Deletes what is kept of failed tasks, which django-q2 never does; how many."""
    old = Failure.objects.filter(stopped__lt=clock.now() - older_than)
    removed = 0
    while batch := list(old.values_list("pk", flat=True)[:FAILURES]):
        removed += Failure.objects.filter(pk__in=batch).delete()[0]
    return removed


@transaction.atomic
def _purge_batch(older_than: timedelta, since: datetime | None, size: int) -> list[datetime]:
    """When the removed ones were made, the oldest first; none older than `since` is looked for."""
    wrote = Message.objects.filter(conversation=OuterRef("pk"))
    empty = Conversation.objects.empty_since(older_than).exclude(Exists(wrote)).order_by("created_at")
    if since is not None:
        empty = empty.filter(created_at__gte=since)
    rows = list(_locked(empty).values_list("pk", "contact_id", "created_at")[:size])
    if rows:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('messenger.purge', 'on', true)")
        _delete(Conversation, [pk for pk, _, _ in rows], unless=Message)
        # Who comes back at this moment is locked by their visit, and stays.
        left = Contact.objects.filter(pk__in={contact_id for _, contact_id, _ in rows}, is_blocked=False)
        _delete(Contact, list(_locked(left).values_list("pk", flat=True)), unless=Conversation)
    return [created_at for _, _, created_at in rows]


def _locked[Q: models.QuerySet[Any]](rows: Q) -> Q:
    return rows.select_for_update(skip_locked=True, of=("self",))


def _delete(model: type[models.Model], ids: list[Any], *, unless: type[models.Model]) -> None:
    """Deletes locked rows with all that hangs on them, except where one of `unless` does.

    A statement of its own, and so one that sees what was committed until the rows were locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_deletion(model, unless), [ids])


@cache
def _deletion(model: type[models.Model], unless: type[models.Model]) -> str:
    columns = dict(hanging_on(model))
    kept = unless._meta.db_table  # noqa: SLF001  (documented by Django as public)
    with_it = [
        _WITH_IT.format(number=number, table=table, column=column)
        for number, (table, column) in enumerate(columns.items())
        if table != kept
    ]
    table = model._meta.db_table  # noqa: SLF001
    return _DELETE.format(table=table, unless=kept, column=columns[kept], with_it="".join(with_it))


def hanging_on(model: type[models.Model]) -> list[tuple[str, str]]:
    """Tables and columns that refer to the model."""
    relations = [one for one in model._meta.related_objects if not one.many_to_many]  # noqa: SLF001
    return [(one.related_model._meta.db_table, str(one.field.column)) for one in relations]  # noqa: SLF001
