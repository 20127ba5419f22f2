"""Takes, resolves, closes and reopens conversations: row, event and announcement in one transaction."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from crm.models import User
from messenger.exceptions import AlreadyActive, AlreadyTaken, ConversationClosed, NotFound
from messenger.models import Conversation
from messenger.services.change import change

Status = Conversation.Status


@transaction.atomic
def take(*, conversation_id: int, operator: User) -> Conversation:
    """Makes the operator the assignee of an unassigned conversation.

    Of two who take it at once one gets it; the other is told who by AlreadyTaken.
    """
    conversation = _locked(conversation_id)
    if conversation.is_closed:
        raise ConversationClosed
    if conversation.assignee_id == operator.pk:
        return conversation
    if conversation.assignee is not None:
        raise AlreadyTaken(conversation.assignee.display_name)
    assign_to_answering(conversation, operator=operator)
    return conversation


def assign_to_answering(conversation: Conversation, *, operator: User) -> None:
    """Gives a locked conversation without an assignee to the operator who takes or answers it."""
    if conversation.assignee_id is not None:
        return
    now = timezone.now()
    change(
        conversation,
        kind="assigned",
        actor=operator,
        data={"to": operator.pk, "to_name": operator.display_name},
        assignee=operator,
        assignee_assigned_at=now,
        assignee_opened_at=now,
        assignee_last_read_at=now,
    )


@transaction.atomic
def resolve(*, conversation_id: int, actor: User) -> Conversation:
    """The question is answered; the visitor's next message opens the conversation again."""
    conversation = _locked(conversation_id)
    if conversation.is_unfinished:
        change(
            conversation,
            kind="resolved",
            actor=actor,
            status=Status.RESOLVED,
            resolved_at=timezone.now(),
            waiting_since=None,
        )
    return conversation


@transaction.atomic
def close(*, conversation_id: int, actor: User) -> Conversation:
    """Ends the conversation; the visitor's next message starts a new one."""
    conversation = _locked(conversation_id)
    if not conversation.is_closed:
        change(
            conversation,
            kind="closed",
            actor=actor,
            status=Status.CLOSED,
            closed_at=timezone.now(),
            waiting_since=None,
        )
    return conversation


def reopen(*, conversation_id: int, actor: User) -> Conversation:
    """Opens a resolved or closed conversation; AlreadyActive where the contact has a newer one."""
    try:
        with transaction.atomic():
            conversation = _locked(conversation_id)
            if not conversation.is_unfinished:
                reopen_locked(conversation, actor=actor)
    except IntegrityError as error:
        raise AlreadyActive from error
    return conversation


def reopen_locked(conversation: Conversation, *, actor: User | None) -> None:
    """Opens a locked conversation again; `actor` is None where the visitor wrote."""
    change(conversation, kind="reopened", actor=actor, status=Status.OPEN, resolved_at=None, closed_at=None)


def _locked(conversation_id: int) -> Conversation:
    conversation = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id).first()
    if conversation is None:
        raise NotFound
    return conversation
