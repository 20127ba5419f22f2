"""Posts messages: finds the conversation that they go into, and writes each once."""

import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import IntegrityError, connection, transaction

from crm.models import User
from messenger.events import publish
from messenger.exceptions import Blocked, ConversationClosed, IdempotencyConflict, NotFound, SessionInvalid
from messenger.models import Attachment, Contact, Conversation, Inbox, Message
from messenger.services.assignment import assign, reassign
from messenger.services.auto_reply import auto_reply
from messenger.services.change import note
from messenger.services.status import assign_to_answering, reopen_locked
from messenger.services.text import check_body
from messenger.services.visitors import start_conversation
from messenger.services.webhooks.outbox import Event, tell
from messenger.services.writing import FROM_CONTACT, TO_CONTACT, Posted, write


def post_from_contact(
    *,
    inbox_id: int,
    conversation_id: int,
    contact_id: uuid.UUID,
    body: str,
    client_message_id: uuid.UUID | None,
    files: Sequence[Attachment] = (),
) -> Posted:
    """Stores a visitor's message, in a new conversation where theirs was closed; a repeat stores nothing.

    `files` are rows whose content is stored already (`attaching.stored`); with any the text may be empty.

    With the first one, and with one that opens a conversation again, the operator is chosen in the same transaction.
    Every other message is a statement by itself. Raises Invalid, Blocked, IdempotencyConflict, or SessionInvalid
    where the conversation is gone.
    """
    text = check_body(body, may_be_empty=bool(files))
    values = {"direction": "in", "sender": None, "contact": contact_id, "first": False}
    try:
        with _own_transaction(files):
            written = write(FROM_CONTACT, conversation_id, text, client_message_id, values, files)
        if written:
            return written
        with transaction.atomic():
            if repeated := _repeated(contact_id, text, client_message_id):
                return repeated
            conversation, find_operator = _make_writable(inbox_id, conversation_id, contact_id)
            is_first = conversation.last_message_id is None
            if is_first:
                tell(conversation, Event.CONVERSATION_CREATED)
            values["first"] = True
            written = write(FROM_CONTACT, conversation.pk, text, client_message_id, values, files)
            if written is None:
                raise SessionInvalid
            find_operator(conversation)
            if is_first:
                auto_reply(conversation)
    except IntegrityError:
        repeated = _repeated(contact_id, text, client_message_id)
        if repeated is None:
            raise
        return repeated
    return written


def repeated_from_contact(
    *, contact_id: uuid.UUID, body: str, client_message_id: uuid.UUID | None, has_files: bool
) -> Posted | None:
    """The message that was sent under this id before, if there is one; raises Invalid or IdempotencyConflict."""
    return _repeated(contact_id, check_body(body, may_be_empty=has_files), client_message_id)


def _own_transaction(files: Sequence[Attachment]) -> AbstractContextManager[Any]:
    """One statement is a transaction by itself; BEGIN and COMMIT would double its way. Within another it is a part."""
    return transaction.atomic() if files or connection.in_atomic_block else nullcontext()


def post_from_operator(
    *,
    conversation_id: int,
    operator: User,
    body: str,
    client_message_id: uuid.UUID | None = None,
    files: Sequence[Attachment] = (),
) -> Message:
    """Stores an operator's answer; a resolved conversation is reopened.

    Whoever answers a conversation that nobody has, or that its operator hasn't opened, takes it.

    Raises Invalid, NotFound, ConversationClosed or IdempotencyConflict. A repeat returns the first message.
    """
    message, _created = post_once_from_operator(
        conversation_id=conversation_id,
        operator=operator,
        body=body,
        client_message_id=client_message_id,
        files=files,
    )
    return message


def post_once_from_operator(
    *,
    conversation_id: int,
    operator: User,
    body: str,
    client_message_id: uuid.UUID | None = None,
    files: Sequence[Attachment] = (),
) -> tuple[Message, bool]:
    """`post_from_operator`, and whether the message was written now or had been before."""
    text = check_body(body, may_be_empty=bool(files))
    try:
        with transaction.atomic():
            conversation = (
                Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id).first()
            )
            if conversation is None:
                raise NotFound
            if repeated := _repeated_by_operator(conversation_id, operator, text, client_message_id):
                return repeated, False
            if not conversation.is_visible_to(operator):
                raise NotFound
            if conversation.is_closed:
                raise ConversationClosed
            if conversation.status != Conversation.Status.OPEN:
                reopen_locked(conversation, actor=operator)
            assign_to_answering(conversation, operator=operator)
            values = {"direction": "out", "sender": operator.pk}
            written = write(TO_CONTACT, conversation_id, text, client_message_id, values, files)
            if written is None:
                raise NotFound
    except IntegrityError:
        repeated_message = _repeated_by_operator(conversation_id, operator, text, client_message_id)
        if repeated_message is None:
            raise
        return repeated_message, False
    return Message.objects.get(pk=written.id), True


def _repeated(contact_id: uuid.UUID, text: str, client_message_id: uuid.UUID | None) -> Posted | None:
    """The message that the contact sent under this id before, in whichever conversation.

    Visitors are told the ids of answers, too: one of those is a conflict.
    """
    if client_message_id is None:
        return None
    earlier = (
        Message.objects.filter(conversation__contact_id=contact_id, client_message_id=client_message_id)
        .select_related("conversation__contact")
        .first()
    )
    if earlier is None:
        return None
    if earlier.body != text or earlier.direction != Message.Direction.IN:
        raise IdempotencyConflict
    return Posted(
        earlier.pk,
        earlier.conversation_id,
        text,
        earlier.created_at,
        client_message_id,
        earlier.conversation.contact.name,
        created=False,
        attachments=list(earlier.attachments.order_by("created_at", "pk")),
    )


def _repeated_by_operator(
    conversation_id: int, operator: User, text: str, client_message_id: uuid.UUID | None
) -> Message | None:
    if client_message_id is None:
        return None
    earlier = Message.objects.filter(
        conversation=conversation_id, client_message_id=client_message_id
    ).first()
    sent = (text, operator.pk, Message.Direction.OUT)
    if earlier and (earlier.body, earlier.sender_user_id, earlier.direction) != sent:
        raise IdempotencyConflict
    return earlier


def _make_writable(
    inbox_id: int, conversation_id: int, contact_id: uuid.UUID
) -> tuple[Conversation, Callable[[Conversation], object]]:
    """Brings the visitor's conversation into the state `open`: the one that goes on, locked, and how its operator
    is found once the message is there."""
    conversation = (
        Conversation.objects.select_for_update(no_key=True)
        .filter(pk=conversation_id, contact=contact_id)
        .first()
    )
    # Under the lock: whoever anonymizes the contact holds it meanwhile.
    contact = Contact.objects.filter(pk=contact_id, anonymized_at__isnull=True).first()
    if conversation is None or contact is None:
        raise SessionInvalid
    if contact.is_blocked:
        raise Blocked
    if conversation.is_closed:
        conversation = _succeed(conversation, inbox_id, contact)
    if conversation.status == Conversation.Status.OPEN:
        return conversation, assign
    reopen_locked(conversation, actor=None)
    return conversation, reassign


def _succeed(closed: Conversation, inbox_id: int, contact: Contact) -> Conversation:
    successor = start_conversation(inbox=Inbox.objects.get(pk=inbox_id), contact=contact)
    successor = Conversation.objects.select_for_update(no_key=True).get(pk=successor.pk)
    note(successor, kind="started", data={"after": closed.pk})
    publish({"type": "moved", "conversation": closed.pk, "branch": closed.branch_id, "to": successor.pk})
    return successor
