"""Hands work to the worker, after the commit."""

from django.db import transaction
from django_q.tasks import async_task

from messenger.models import Conversation

ASSIGN_WAITING = "messenger.tasks.assign_waiting_of_branch"


def assign_waiting_soon(branch_id: int) -> None:
    """Somebody of the branch has time: what waits there is assigned within a second, if anything does.

    The timetable does the same every minute, so that a hint that gets lost costs a minute and no conversation.
    """

    def enqueue() -> None:
        if Conversation.objects.waiting().filter(branch=branch_id).exists():
            async_task(ASSIGN_WAITING, branch_id, task_name=f"assign waiting, branch {branch_id}")

    transaction.on_commit(enqueue)
