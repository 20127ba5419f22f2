"""Ids of one conversation become visible in order: a reader by `since_id` misses nothing and gets nothing twice."""

import threading
import uuid

import pytest
from django.db import connection

from crm.models import User
from messenger.models import Contact, Conversation, Inbox, Message
from messenger.services.posting import post_from_contact, post_from_operator
from messenger.services.visitor_view import snapshots

WRITERS = 8
EACH = 25


@pytest.mark.django_db(transaction=True)
def test_reader_misses_nothing_while_many_write(inbox: Inbox, operator: User) -> None:
    conversations = [new_conversation(inbox) for _ in range(2)]
    crowd = Crowd(conversations, operator)
    crowd.run()
    assert not crowd.errors
    for conversation in conversations:
        stored = list(
            Message.objects.filter(conversation=conversation).order_by("pk").values_list("pk", flat=True)
        )
        assert crowd.seen[conversation.pk] == stored
        conversation.refresh_from_db()
        assert conversation.last_message_id == stored[-1]
    assert sum(len(ids) for ids in crowd.seen.values()) == WRITERS * EACH


class Crowd:
    """Threads that write, visitor and operator in turn, and one that reads what is newer than it has seen."""

    def __init__(self, conversations: list[Conversation], operator: User) -> None:
        self.seen: dict[int, list[int]] = {conversation.pk: [] for conversation in conversations}
        self.errors: list[BaseException] = []
        self._conversations = conversations
        self._operator = operator
        self._finished = threading.Event()
        self._barrier = threading.Barrier(WRITERS + 1)

    def run(self) -> None:
        writers = [threading.Thread(target=self._act, args=[number]) for number in range(WRITERS)]
        reader = threading.Thread(target=self._act)
        for thread in [*writers, reader]:
            thread.start()
        for thread in writers:
            thread.join()
        self._finished.set()
        reader.join()

    def _act(self, writer: int | None = None) -> None:
        try:
            self._barrier.wait()
            if writer is None:
                self._read()
            else:
                self._write(writer)
        except BaseException as error:  # noqa: BLE001  (told to the test's own thread)
            self.errors.append(error)
        finally:
            connection.close()

    def _write(self, number: int) -> None:
        for turn in range(EACH):
            write_one(self._conversations[(number + turn) % 2], self._operator if number % 2 else None)

    def _read(self) -> None:
        last_round = False
        while True:
            news = snapshots({pk: ids[-1] if ids else 0 for pk, ids in self.seen.items()})
            for pk, view in news.items():
                self.seen[pk].extend(message["id"] for message in view["messages"])
            if last_round and not any(view["messages"] for view in news.values()):
                return
            last_round = self._finished.is_set()


def new_conversation(inbox: Inbox) -> Conversation:
    assert inbox.branch
    contact = Contact.objects.create(inbox=inbox)
    return Conversation.objects.create(inbox=inbox, branch=inbox.branch, contact=contact)


def write_one(conversation: Conversation, operator: User | None) -> None:
    if operator:
        post_from_operator(conversation_id=conversation.pk, operator=operator, body="Answer")
        return
    post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body="Question",
        client_message_id=uuid.uuid4(),
    )
