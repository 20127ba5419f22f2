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
    finished, barrier = threading.Event(), threading.Barrier(WRITERS + 1)
    seen: dict[int, list[int]] = {conversation.pk: [] for conversation in conversations}
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            barrier.wait()
            for turn in range(EACH):
                write_one(conversations[(number + turn) % 2], operator if number % 2 else None)
        except BaseException as error:  # noqa: BLE001  (told to the test's own thread)
            errors.append(error)
        finally:
            connection.close()

    def read() -> None:
        try:
            barrier.wait()
            last_round = False
            while True:
                news = snapshots({pk: ids[-1] if ids else 0 for pk, ids in seen.items()})
                for pk, view in news.items():
                    seen[pk].extend(message["id"] for message in view["messages"])
                if last_round and not any(view["messages"] for view in news.values()):
                    return
                last_round = finished.is_set()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
    reader = threading.Thread(target=read)
    for thread in [*writers, reader]:
        thread.start()
    for thread in writers:
        thread.join()
    finished.set()
    reader.join()

    assert not errors
    for conversation in conversations:
        stored = list(Message.objects.filter(conversation=conversation).order_by("pk").values_list("pk", flat=True))
        assert seen[conversation.pk] == stored
        conversation.refresh_from_db()
        assert conversation.last_message_id == stored[-1]
    assert sum(len(ids) for ids in seen.values()) == WRITERS * EACH


def new_conversation(inbox: Inbox) -> Conversation:
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
