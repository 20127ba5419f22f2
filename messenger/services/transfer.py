"""Gives conversations of a global inbox to another branch, or to an operator of any."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.models import Branch, User
from messenger.exceptions import (
    ConversationClosed,
    Invalid,
    NotFound,
    NotUnfinished,
    TransferRefused,
)
from messenger.models import Conversation, ConversationEvent
from messenger.services import assignment, hours
from messenger.services.status import locked

REASON_LENGTH = 500
Kind = ConversationEvent.Kind


class Transferred(NamedTuple):
    """`operator` is None where nobody of the branch was free: the conversation waits there."""

    conversation: Conversation
    operator: User | None


@transaction.atomic
def transfer(
    *,
    conversation_id: int,
    actor: User,
    branch: Branch | None = None,
    operator: User | None = None,
    reason: str = "",
) -> Transferred:
    """Gives the conversation to the operator, and so to their branch; or to the first free one of the branch.

    An operator who was chosen gets it whatever their status; the first free one is found by the rules of assignment.
    Raises TransferRefused for conversations of a branch's inbox, ConversationClosed, NotUnfinished or Invalid.
    """
    conversation = locked(conversation_id)
    _check(conversation, actor)
    text = _checked_reason(reason)
    target = _checked_branch(operator.branch if operator else branch)
    if operator is None:
        operator = _first_free(conversation, target)
        _check_change(conversation, target, operator)
    else:
        _check_operator(conversation, operator)
    data = _told(conversation, target, text)
    with _allowed():
        assignment.give(conversation, operator, kind=Kind.TRANSFERRED, actor=actor, data=data, branch=target)
    return Transferred(conversation, operator)


def _check(conversation: Conversation, actor: User) -> None:
    """Under the lock: among many that are transferred one may have gone out of the actor's sight meanwhile."""
    if not Conversation.objects.visible_to(actor).filter(pk=conversation.pk).exists():
        raise NotFound
    if not conversation.inbox.is_global:
        raise TransferRefused
    if conversation.is_closed:
        raise ConversationClosed
    if not conversation.is_unfinished:
        raise NotUnfinished


def _checked_reason(reason: str) -> str:
    text = reason.strip()
    if len(text) > REASON_LENGTH:
        raise Invalid({"reason": [_("At most %(limit)d characters.") % {"limit": REASON_LENGTH}]})
    if "\0" in text:
        raise Invalid({"reason": [_("The text has characters that can't be stored.")]})
    return text


def _checked_branch(branch: Branch | None) -> Branch:
    if branch is None or not branch.is_active:
        raise Invalid({"branch": [_("Choose a branch that is active.")]})
    return branch


def _check_operator(conversation: Conversation, operator: User) -> None:
    if not operator.is_active or operator.role != User.Role.OPERATOR:
        raise Invalid({"operator": [_("Choose an operator who works here.")]})
    if operator.pk == conversation.assignee_id:
        raise Invalid({"operator": [_("%(name)s has the conversation already.") % {"name": operator}]})


def _check_change(conversation: Conversation, target: Branch, operator: User | None) -> None:
    """It is taken from nobody without being given to anybody."""
    if operator is None and target.pk == conversation.branch_id and conversation.assignee_id is not None:
        raise Invalid({"branch": [_("Nobody else of the branch is free now.")]})


def _first_free(conversation: Conversation, branch: Branch) -> User | None:
    if not hours.is_open(conversation.inbox):
        return None
    excluded = [] if conversation.assignee_id is None else [conversation.assignee_id]
    return assignment.pick(branch.pk, excluded=excluded)


def _told(conversation: Conversation, target: Branch, reason: str) -> dict[str, Any]:
    """For the timeline: names as they are now, whatever people and branches are called later."""
    return {
        "from_branch": conversation.branch.pk,
        "from_branch_name": conversation.branch.name,
        "to_branch": target.pk,
        "to_branch_name": target.name,
        "reason": reason,
    }


@contextmanager
def _allowed() -> Iterator[None]:
    """Within the block the database lets a conversation change its branch (migration 0002)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('messenger.transfer', 'on', true)")
        yield
        cursor.execute("SELECT set_config('messenger.transfer', 'off', true)")
