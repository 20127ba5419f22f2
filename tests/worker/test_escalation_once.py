"""Two workers, the command and threads at the same moment: each conversation is given on once."""

import re
from collections import Counter
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django_q.models import OrmQ, Success
from django_q.tasks import async_task

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import Conversation, ConversationEvent, Inbox
from messenger.services.escalation import escalate_due
from tests.admin.people import start
from tests.conftest import make_user, off_duty
from tests.parallel import in_parallel
from tests.worker.cluster import cluster, wait_until
from tests.worker.conftest import LONG_AGO, assigned_long_ago, put_on_duty

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_schedules")]

CONVERSATIONS = 40
TASKS, COMMANDS, THREADS = 8, 3, 8


@pytest.fixture
def team(operator: User, colleague: User, yekaterinburg: Branch) -> list[User]:
    return [operator, colleague, off_duty(make_user("galina", yekaterinburg))]


@pytest.fixture
def overdue(inbox: Inbox, yekaterinburg: Branch, team: list[User]) -> None:
    """Conversations that the first of the team did not open."""
    for _ in range(CONVERSATIONS):
        assigned_long_ago(start(inbox, yekaterinburg), team[0])
    put_on_duty(*team)


def escalations() -> Counter[int]:
    found = ConversationEvent.objects.filter(kind="escalated").values_list("conversation", flat=True)
    return Counter(found)


def let_time_pass() -> None:
    Conversation.objects.update(assignee_assigned_at=clock.now() - LONG_AGO)


def all_at_once() -> int:
    """Workers and commands look for what is due at the same moment; how many they say they gave on."""
    Success.objects.all().delete()
    with transaction.atomic():
        for _ in range(TASKS):
            async_task("messenger.tasks.escalate")
    said = in_parallel(COMMANDS, command)
    wait_until(lambda: Success.objects.count() == TASKS, "the end of all tasks")
    # A worker takes the task out of the queue after it has written down its end.
    wait_until(lambda: not OrmQ.objects.exists(), "an empty queue")
    said += [task.result for task in Success.objects.all()]
    return sum(int(number) for text in said for number in re.findall(r"(\d+) escalated", text))


def command() -> str:
    out = StringIO()
    call_command("escalate_messenger_conversations", stdout=out)
    return out.getvalue()


def test_workers_and_commands_give_each_conversation_on_once_a_round(
    tmp_path: Path, overdue: None, team: list[User]
) -> None:
    with cluster(tmp_path), cluster(tmp_path):
        for round_ in (1, 2):
            assert all_at_once() == CONVERSATIONS
            assert list(escalations().values()) == [round_] * CONVERSATIONS
            let_time_pass()
        # Everybody has had each of them.
        assert all_at_once() == 0
    failed = ConversationEvent.objects.filter(kind="escalation_failed").values_list("conversation", flat=True)
    assert list(Counter(failed).values()) == [1] * CONVERSATIONS


def test_threads_give_each_conversation_on_once(overdue: None) -> None:
    outcomes = in_parallel(THREADS, lambda: escalate_due(timeout=timedelta(minutes=4)))
    assert sum(len(outcome.escalated) for outcome in outcomes) == CONVERSATIONS
    assert list(escalations().values()) == [1] * CONVERSATIONS
