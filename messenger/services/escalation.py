"""Gives conversations that their operator doesn't open to the next one of the branch.

Each is looked at again under its lock, in a transaction of its own, and what somebody else has locked is theirs: two
workers and the command at once give one conversation on once.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from crm.models import User
from messenger.events import publish_alert
from messenger.lib import clock
from messenger.lib.opening_hours import is_open
from messenger.models import Conversation, ConversationEvent
from messenger.models.conversation import ConversationQuerySet
from messenger.services import assignment
from messenger.services.change import change

Kind = ConversationEvent.Kind
TRIES_IN_VAIN = 20
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

    At once what belongs to somebody who doesn't work here any more, opened or not. Only within the inbox's working
    hours, and only where these had begun before the timeout. Where nobody is left the conversation stays, the
    administrators are alerted once, and it is tried again each time.
    """
    outcome, hopeless = Outcome(), _Hopeless()
    unopened = Conversation.objects.unopened_since(clock.now() - timeout)
    for due in (Conversation.objects.orphaned(), unopened.filter(assignee__is_active=True)):
        for pk, branch_id in list(due.values_list("pk", "branch_id")):
            if hopeless.is_so(branch_id):
                continue
            step = _try(due.filter(pk=pk), timeout, dry_run=dry_run)
            if step is not None:
                (outcome.escalated if step.to else outcome.failed).append(step)
                hopeless.note(branch_id, step)
    return outcome


class _Hopeless:
    """Branches in which nobody was found for many conversations that had been alerted before: a minute's work is
    not spent on trying all of them in vain."""

    def __init__(self) -> None:
        self._in_vain: Counter[int] = Counter()

    def is_so(self, branch_id: int) -> bool:
        return self._in_vain[branch_id] >= TRIES_IN_VAIN

    def note(self, branch_id: int, step: Step) -> None:
        if step.to is not None:
            self._in_vain[branch_id] = 0
        elif not step.alerted:
            self._in_vain[branch_id] += 1


def _try(due: ConversationQuerySet, timeout: timedelta, *, dry_run: bool) -> Step | None:
    with transaction.atomic():
        conversation = assignment.locked_if(due)
        if conversation is None or conversation.assignee is None or not _is_time(conversation, timeout):
            return None
        step = _escalate(conversation, conversation.assignee)
        if dry_run:
            transaction.set_rollback(True)
        return step


def _is_time(conversation: Conversation, timeout: timedelta) -> bool:
    timetable, now = conversation.inbox.timetable(), clock.now()
    if timetable is None or not is_open(timetable, now):
        return timetable is None
    is_orphan = conversation.assignee is not None and not conversation.assignee.is_active
    return is_orphan or is_open(timetable, now - timeout)


def _escalate(conversation: Conversation, was: User) -> Step:
    had_it = _had_it(conversation)
    operator = assignment.pick(conversation.branch_id, excluded=had_it | {was.pk})
    if operator is None:
        return Step(conversation.pk, was, None, _alert(conversation))
    assignment.give(conversation, operator, kind=Kind.ESCALATED, data=assignment.taken_from(was))
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
