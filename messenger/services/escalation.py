"""Gives conversations that their operator doesn't open to the next one of the branch.

Each is looked at again under its lock, in a transaction of its own, and what somebody else has locked is theirs: two
workers and the command at once give one conversation on once.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from crm.models import User
from messenger.events import publish_alert
from messenger.lib import clock
from messenger.lib.opening_hours import is_open
from messenger.models import Conversation, ConversationEvent
from messenger.services import assignment
from messenger.services.change import change

Kind = ConversationEvent.Kind
GIVEN = (Kind.ASSIGNED, Kind.ESCALATED, Kind.TRANSFERRED)


class Step(NamedTuple):
    """What was done with a conversation: `to` is None where nobody is left."""

    conversation_id: int
    was: User
    to: User | None
    alerted: bool


@dataclass(slots=True)
class Outcome:
    escalated: list[Step] = field(default_factory=list)
    failed: list[Step] = field(default_factory=list)


def escalate_due(*, timeout: timedelta, dry_run: bool = False) -> Outcome:
    """Gives on all that were assigned `timeout` ago and not opened since; with `dry_run` says what it would do.

    Only within the inbox's working hours, in which the operator had the whole of the timeout. Where nobody is left
    the conversation stays, the administrators are alerted once, and it is tried again each time.
    """
    outcome = Outcome()
    due = Conversation.objects.unopened_since(clock.now() - timeout)
    for pk in list(due.values_list("pk", flat=True)):
        step = _try(pk, timeout, _undone if dry_run else _done)
        if step is not None:
            (outcome.escalated if step.to else outcome.failed).append(step)
    return outcome


def _try(conversation_id: int, timeout: timedelta, end: Callable[[], None]) -> Step | None:
    with transaction.atomic():
        due = Conversation.objects.unopened_since(clock.now() - timeout)
        conversation = assignment.locked_if(due.filter(pk=conversation_id))
        if conversation is None or conversation.assignee is None or not _is_time(conversation, timeout):
            return None
        step = _escalate(conversation, conversation.assignee)
        end()
        return step


def _done() -> None:
    pass


def _undone() -> None:
    transaction.set_rollback(True)


def _is_time(conversation: Conversation, timeout: timedelta) -> bool:
    timetable, now = conversation.inbox.timetable(), clock.now()
    return timetable is None or all(is_open(timetable, moment) for moment in (now - timeout, now))


def _escalate(conversation: Conversation, was: User) -> Step:
    had_it = _had_it(conversation)
    operator = assignment.pick(conversation.branch_id, excluded=had_it | {was.pk})
    if operator is None:
        return Step(conversation.pk, was, None, _alert(conversation))
    data = {"from": was.pk, "from_name": was.display_name}
    assignment.give(conversation, operator, kind=Kind.ESCALATED, data=data)
    return Step(conversation.pk, was, operator, alerted=False)


def _had_it(conversation: Conversation) -> set[int]:
    """Everybody who was given the conversation since the visitor came, or came back, with it."""
    events = ConversationEvent.objects.filter(conversation=conversation)
    again = events.filter(kind=Kind.REOPENED).order_by("-pk").values_list("pk", flat=True).first()
    given = events.filter(kind__in=GIVEN, pk__gt=again or 0).values_list("data__to", flat=True)
    return {user_id for user_id in given if user_id is not None}


def _alert(conversation: Conversation) -> bool:
    """Tells the branch's administrators that nobody is left, once; whether it had to be told."""
    if conversation.escalation_failed_at is not None:
        return False
    kind = Kind.ESCALATION_FAILED
    change(conversation, kind=kind, actor=None, escalation_failed_at=clock.now())
    publish_alert(
        {
            "type": "alert",
            "kind": kind.value,
            "conversation": conversation.pk,
            "branch": conversation.branch_id,
            "assignee": conversation.assignee_id,
        }
    )
    return True
