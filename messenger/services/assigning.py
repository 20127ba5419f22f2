"""Gives a conversation to a colleague of its branch by hand, or back to the queue."""

from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from messenger.exceptions import AssigneeChanged, ConversationClosed, Invalid, NotFound, NotUnfinished
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation, ConversationEvent
from messenger.models.agent_profile import DEFAULT_CAPACITY
from messenger.services.assignment import give, taken_from
from messenger.services.change import change
from messenger.services.queueing import assign_waiting_soon
from messenger.services.status import locked

Kind = ConversationEvent.Kind


class Assigned(NamedTuple):
    """What the operator has now: by hand they may get more than their capacity."""

    operator: User
    status: AgentProfile.Status
    load: int
    capacity: int


@transaction.atomic
def assign_to(*, conversation_id: int, actor: User, operator: User, had_by: int | None) -> Assigned:
    """Makes the operator the assignee, whatever their status and load; to another branch only a transfer leads.

    `had_by` is who had it before the actor's eyes: where it is somebody else now they are told by AssigneeChanged,
    so that of two who give it away at the same moment one wins. Raises NotFound, ConversationClosed, NotUnfinished
    or Invalid.
    """
    conversation = _checked(conversation_id, actor)
    if conversation.assignee_id == operator.pk:
        return _assigned(operator)
    _check_holder(conversation, had_by)
    _check_operator(conversation, operator, actor)
    before = taken_from(conversation.assignee) if conversation.assignee else {}
    if operator.pk == actor.pk:
        _take_over(conversation, operator, before)
    else:
        give(conversation, operator, kind=Kind.ASSIGNED, actor=actor, data=before)
    return _assigned(operator)


@transaction.atomic
def give_back(*, conversation_id: int, actor: User, had_by: int | None) -> Conversation:
    """The conversation waits for whoever is free first, but for the one who had it. Errors as of `assign_to`."""
    conversation = _checked(conversation_id, actor)
    if conversation.assignee is None:
        return conversation
    _check_holder(conversation, had_by)
    data = taken_from(conversation.assignee)
    give(conversation, None, kind=Kind.UNASSIGNED, actor=actor, data=data)
    assign_waiting_soon(conversation.branch_id)
    return conversation


def _checked(conversation_id: int, actor: User) -> Conversation:
    """Locked, and still the actor's to see: it may have gone to another branch meanwhile."""
    conversation = locked(conversation_id)
    if not Conversation.objects.visible_to(actor).filter(pk=conversation.pk).exists():
        raise NotFound
    if conversation.is_closed:
        raise ConversationClosed
    if not conversation.is_unfinished:
        raise NotUnfinished
    return conversation


def _check_holder(conversation: Conversation, had_by: int | None) -> None:
    if conversation.assignee_id != had_by:
        raise AssigneeChanged(conversation.assignee.display_name if conversation.assignee else "")


def _check_operator(conversation: Conversation, operator: User, actor: User) -> None:
    """A colleague of the branch, or the actor: who sees a conversation may take it."""
    belongs = operator.role == User.Role.OPERATOR and operator.branch_id == conversation.branch_id
    if not operator.is_active or not (belongs or operator.pk == actor.pk):
        raise Invalid({"operator": [_("Choose an operator of the conversation's branch.")]})


def _take_over(conversation: Conversation, operator: User, before: dict[str, Any]) -> None:
    """Whoever takes it has it before their eyes; what is unread for them their page will say."""
    now = clock.now()
    change(
        conversation,
        kind=Kind.ASSIGNED,
        actor=operator,
        data={"to": operator.pk, "to_name": operator.display_name, **before},
        assignee=operator,
        assignee_assigned_at=now,
        assignee_opened_at=now,
        assignee_last_read_at=now,
        escalation_failed_at=None,
    )


def _assigned(operator: User) -> Assigned:
    profile = AgentProfile.objects.filter(user=operator).first()
    return Assigned(
        operator,
        profile.status_at(clock.now()) if profile else AgentProfile.Status.ONLINE,
        Conversation.objects.unfinished().filter(assignee=operator).count(),
        profile.capacity if profile else DEFAULT_CAPACITY,
    )
