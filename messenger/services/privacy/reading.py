"""Reads all of a contact's rows in one order, each table once, without holding more than a batch of it."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import QuerySet

from messenger.exceptions import NotFound
from messenger.models import Contact, Conversation, ConversationEvent, ConversationLabel, Message

BATCH = 200


class Following[T: (Message, ConversationEvent, ConversationLabel)]:
    """Rows in the order of their conversations, handed out conversation by conversation."""

    def __init__(self, rows: Iterable[T]) -> None:
        self._rows: Iterator[T] = iter(rows)
        self._next: T | None = next(self._rows, None)

    def of(self, conversation_id: int) -> Iterator[T]:
        while self._next is not None and self._next.conversation_id <= conversation_id:
            row, self._next = self._next, next(self._rows, None)
            if row.conversation_id == conversation_id:
                yield row


@contextmanager
def snapshot() -> Iterator[None]:
    """All is read as of one moment, and nothing is locked. Within another transaction it is that one's."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def contact_of(contact_id: uuid.UUID) -> Contact:
    contact = Contact.objects.select_related("inbox", "region").filter(pk=contact_id).first()
    if contact is None:
        raise NotFound
    return contact


def conversations(contact: Contact) -> Iterator[Conversation]:
    rows = Conversation.objects.filter(contact=contact).order_by("pk")
    related = rows.select_related("inbox", "branch", "assignee__agent_profile")
    return related.iterator(chunk_size=BATCH)


def messages(contact: Contact) -> Following[Message]:
    rows = Message.objects.filter(conversation__contact=contact).order_by("conversation_id", "pk")
    related = rows.select_related("sender_user__agent_profile").prefetch_related("attachments")
    return Following(related.iterator(chunk_size=BATCH))


def events(contact: Contact) -> Following[ConversationEvent]:
    rows: QuerySet[ConversationEvent] = ConversationEvent.objects.filter(conversation__contact=contact)
    related = rows.order_by("conversation_id", "pk").select_related("actor__agent_profile")
    return Following(related.iterator(chunk_size=BATCH))


def labels(contact: Contact) -> Following[ConversationLabel]:
    rows = ConversationLabel.objects.filter(conversation__contact=contact)
    related = rows.order_by("conversation_id", "pk").select_related("label")
    return Following(related.iterator(chunk_size=BATCH))
