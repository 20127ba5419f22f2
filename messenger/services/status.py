"""Takes, resolves, closes and reopens conversations: row, event and announcement in one transaction."""

from typing import Any

from django.db import IntegrityError, transaction

from crm.models import User
from messenger.exceptions import AlreadyActive, AlreadyTaken, Anonymized, ConversationClosed, NotFound
from messenger.lib import clock
from messenger.models import Conversation
from messenger.services.change import change
from messenger.services.queueing import assign_waiting_soon
from messenger.services.webhooks.outbox import Event, tell

Status = Conversation.Status


@transaction.atomic
def take(*, conversation_id: int, operator: User) -> Conversation:
    """Makes the operator the assignee of an unassigned conversation.

    Of two who take it at once one gets it; the other is told who by AlreadyTaken.
    """
    conversation = locked_for(conversation_id, operator)
    if conversation.is_closed:
        raise ConversationClosed
    if conversation.assignee_id == operator.pk:
        return conversation
    if conversation.assignee is not None:
        raise AlreadyTaken(conversation.assignee.display_name)
    assign_to_answering(conversation, operator=operator)
    return conversation


def assign_to_answering(conversation: Conversation, *, operator: User) -> None:
    """Gives a locked conversation that nobody has, or has opened yet, to the operator who takes or answers it."""
    if conversation.assignee_id == operator.pk or conversation.assignee_opened_at is not None:
        return
    now = clock.now()
    change(
        conversation,
        kind="assigned",
        actor=operator,
        data={"to": operator.pk, "to_name": operator.display_name},
        assignee=operator,
        assignee_assigned_at=now,
        assignee_opened_at=now,
        assignee_last_read_at=now,
        escalation_failed_at=None,
    )


@transaction.atomic
def resolve(*, conversation_id: int, actor: User) -> Conversation:
    """The question is answered; the visitor's next message opens the conversation again."""
    conversation = locked_for(conversation_id, actor)
    if conversation.is_unfinished:
        change(
            conversation,
            kind="resolved",
            actor=actor,
            status=Status.RESOLVED,
            resolved_at=clock.now(),
            waiting_since=None,
            escalation_failed_at=None,
        )
        _make_room(conversation)
    return conversation


@transaction.atomic
def close(*, conversation_id: int, actor: User) -> Conversation:
    """Ends the conversation; the visitor's next message starts a new one."""
    return close_locked(locked_for(conversation_id, actor), actor=actor)


def close_locked(conversation: Conversation, *, actor: User) -> Conversation:
    if not conversation.is_closed:
        was_unfinished = conversation.is_unfinished
        change(
            conversation,
            kind="closed",
            actor=actor,
            status=Status.CLOSED,
            closed_at=clock.now(),
            waiting_since=None,
            escalation_failed_at=None,
        )
        tell(conversation, Event.CONVERSATION_CLOSED)
        if was_unfinished:
            _make_room(conversation)
    return conversation


def reopen(*, conversation_id: int, actor: User) -> Conversation:
    """Opens a resolved or closed conversation; AlreadyActive where the contact has a newer one, Anonymized
    where there is nobody any more to answer."""
    try:
        with transaction.atomic():
            conversation = _seen(_locked_with_contact(conversation_id), actor)
            if conversation.contact.anonymized_at is not None:
                raise Anonymized
            if not conversation.is_unfinished:
                reopen_locked(conversation, actor=actor)
    except IntegrityError as error:
        raise AlreadyActive from error
    return conversation


def _locked_with_contact(conversation_id: int) -> Conversation:
    """Both: whoever waits for an anonymization to end has to see what it did to the contact."""
    both = Conversation.objects.select_for_update(no_key=True, of=("self", "contact")).select_related(
        "contact"
    )
    conversation = both.filter(pk=conversation_id).first()
    if conversation is None:
        raise NotFound
    return conversation


def reopen_locked(conversation: Conversation, *, actor: User | None) -> None:
    """Opens a locked conversation again; `actor` is None where the visitor wrote.

    Unless they did it themselves its operator has to open it anew, or it is given on: they may be gone by now.
    """
    anew: dict[str, Any] = {}
    if conversation.assignee is not None and conversation.assignee != actor:
        anew = {"assignee_assigned_at": clock.now(), "assignee_opened_at": None}
    change(
        conversation,
        kind="reopened",
        actor=actor,
        status=Status.OPEN,
        resolved_at=None,
        closed_at=None,
        **anew,
    )


def _make_room(conversation: Conversation) -> None:
    """Its operator can take another one."""
    if conversation.assignee is not None and conversation.assignee.branch_id is not None:
        assign_waiting_soon(conversation.assignee.branch_id)


def locked(conversation_id: int) -> Conversation:
    """The conversation, nobody else's until the transaction ends; raises NotFound."""
    conversation = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id).first()
    if conversation is None:
        raise NotFound
    return conversation


def locked_for(conversation_id: int, actor: User) -> Conversation:
    """The same, if the actor still sees it: it may have gone to another branch meanwhile. Else NotFound as well."""
    return _seen(locked(conversation_id), actor)


def _seen(conversation: Conversation, actor: User) -> Conversation:
    if not conversation.is_visible_to(actor):
        raise NotFound
    return conversation
