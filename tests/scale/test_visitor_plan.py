"""What a visitor is shown costs what it has, whoever else wrote how much."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from messenger.models import Contact, Conversation, Inbox
from messenger.services.visitor_view import LAST_SQL, NEW_SQL, latest, snapshot
from tests.benchmarks.plans import nodes

pytestmark = pytest.mark.django_db
LONG, EACH = 20, 400
_TALK = """
INSERT INTO messenger_message (conversation_id, direction, body, is_automatic, created_at)
SELECT id, 'in', 'A question', false, now() FROM messenger_conversation, generate_series(1, %s) n WHERE inbox_id = %s
ORDER BY n, id
"""


@pytest.fixture
def newcomer(inbox: Inbox) -> Conversation:
    """Whose conversation has nothing yet, beside a few that have all messages there are."""

    def conversation() -> Conversation:
        assert inbox.branch
        contact = Contact.objects.create(inbox=inbox)
        return Conversation.objects.create(inbox=inbox, branch=inbox.branch, contact=contact)

    for _ in range(LONG):
        conversation()
    with connection.cursor() as cursor:
        cursor.execute(_TALK, [EACH, inbox.pk])
        cursor.execute(
            "UPDATE messenger_conversation k SET last_message_at = now(), last_message_id ="
            " (SELECT max(id) FROM messenger_message m WHERE m.conversation_id = k.id)"
        )
        newest = conversation()
        # An id that no message of its own has: there may be some, as far as the conversation tells.
        cursor.execute(
            "UPDATE messenger_conversation SET last_message_at = now(), last_message_id = 1 WHERE id = %s",
            [newest.pk],
        )
        cursor.execute("ANALYZE messenger_message, messenger_conversation, messenger_contact")
    return newest


@pytest.mark.parametrize("sql", [NEW_SQL, LAST_SQL])
def test_long_conversations_cost_others_nothing(newcomer: Conversation, sql: str) -> None:
    """By the plan that is made once for all: it knows only how long conversations are on average."""
    statement = sql.replace("%s", "$1", 1).replace("%s", "$2", 1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE visitors_view (bigint[], bigint[]) AS {statement}")
        cursor.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE visitors_view (ARRAY[{newcomer.pk}], ARRAY[0])"
        )
        ((plan,),) = cursor.fetchall()
        cursor.execute("DEALLOCATE visitors_view")
    plan = json.loads(plan) if isinstance(plan, str) else plan
    assert messages_read(plan[0]["Plan"]) == 0


@pytest.mark.parametrize("look", [snapshot, lambda pk, _since_id: latest(pk)])
def test_it_is_planned_once_and_not_each_time(
    newcomer: Conversation, look: Callable[[int, int], Any]
) -> None:
    """Planning takes eight times as long as all the rest."""
    planned = "SELECT sum(custom_plans) FROM pg_prepared_statements WHERE statement LIKE '%%AS cursor (%%'"
    with connection.cursor() as cursor:
        for number in range(12):
            assert look(newcomer.pk, number)
        cursor.execute(planned, [])
        ((before,),) = cursor.fetchall()
        assert before
        for number in range(12):
            assert look(newcomer.pk, number)
        cursor.execute(planned, [])
        assert cursor.fetchall() == [(before,)]


def messages_read(plan: dict[str, Any]) -> float:
    """Those that were looked at, whether they were taken or not."""
    scans = [node for node in nodes(plan) if node.get("Relation Name") == "messenger_message"]
    read = [
        (one["Actual Rows"] + one.get("Rows Removed by Filter", 0)) * one["Actual Loops"] for one in scans
    ]
    return float(sum(read))
