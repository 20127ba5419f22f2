"""Purge of what nobody wrote in: nothing else goes, whoever comes back at that moment."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.models import Branch, User
from messenger.exceptions import SessionInvalid
from messenger.models import Contact, Conversation, ConversationEvent, Inbox, Message
from messenger.services import posting, purging, status
from messenger.tasks import purge_empty_conversations

pytestmark = pytest.mark.django_db

DAY = timedelta(hours=24)


def age(conversation: Conversation, by: timedelta) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(created_at=timezone.now() - by)


def make_empty(inbox: Inbox, count: int) -> None:
    for _ in range(count):
        contact = Contact.objects.create(inbox=inbox)
        Conversation.objects.create(inbox=inbox, branch=branch_of(inbox), contact=contact)
    Conversation.objects.update(created_at=timezone.now() - 2 * DAY)


def branch_of(inbox: Inbox) -> Branch:
    assert inbox.branch
    return inbox.branch


@pytest.fixture
def old(empty_conversation: Conversation) -> Conversation:
    """Maria opened the widget two days ago and wrote nothing."""
    age(empty_conversation, 2 * DAY)
    return empty_conversation


def test_old_empty_conversation_goes_with_its_contact(old: Conversation) -> None:
    assert purging.purge_empty(older_than=DAY) == 1
    assert not Conversation.objects.exists()
    assert not Contact.objects.exists()


def test_nothing_to_purge(db: None) -> None:
    assert purging.purge_empty(older_than=DAY) == 0


def test_young_empty_conversation_stays(empty_conversation: Conversation) -> None:
    age(empty_conversation, DAY - timedelta(minutes=1))
    assert purging.purge_empty(older_than=DAY) == 0


def test_conversation_with_a_message_stays_however_old(conversation: Conversation) -> None:
    age(conversation, 1_000 * DAY)
    assert purging.purge_empty(older_than=DAY) == 0
    assert Message.objects.count() == 1


def test_contact_with_another_conversation_stays(conversation: Conversation, operator: User) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    empty = Conversation.objects.create(
        inbox_id=conversation.inbox_id, branch_id=conversation.branch_id, contact_id=conversation.contact_id
    )
    age(empty, 2 * DAY)
    assert purging.purge_empty(older_than=DAY) == 1
    assert Contact.objects.get().conversations.get() == conversation


def test_events_go_with_their_conversation(old: Conversation, operator: User) -> None:
    status.close(conversation_id=old.pk, actor=operator)
    assert purging.purge_empty(older_than=DAY) == 1
    assert not ConversationEvent.objects.exists()


def test_blocked_contact_stays_blocked(old: Conversation) -> None:
    Contact.objects.update(is_blocked=True, external_id="42")
    purging.purge_empty(older_than=DAY)
    assert Contact.objects.get().is_blocked


def test_more_than_a_batch_goes(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 3)
    make_empty(inbox, 8)
    assert purging.purge_empty(older_than=DAY) == 8
    assert not Contact.objects.exists()


def test_number_of_statements_is_the_same_for_many(inbox: Inbox, statements: Any) -> None:
    def purge(count: int) -> int:
        make_empty(inbox, count)
        return len(statements(lambda: purging.purge_empty(older_than=DAY)))

    assert purge(1) == purge(40)


def test_task_says_what_was_done(old: Conversation) -> None:
    assert purge_empty_conversations() == "1 empty conversations removed"


@pytest.mark.django_db(transaction=True)
def test_conversation_that_is_being_written_in_is_left_alone(old: Conversation) -> None:
    """The purge passes by what is locked, and the message lands."""
    writing, purged = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                send(old)
                writing.set()
                purged.wait(20)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    writing.wait(20)
    assert purging.purge_empty(older_than=DAY) == 0
    purged.set()
    writer.join()
    assert Message.objects.get().conversation == old


@pytest.mark.django_db(transaction=True)
def test_message_into_a_purged_conversation_asks_for_a_new_session(old: Conversation) -> None:
    purging.purge_empty(older_than=DAY)
    with pytest.raises(SessionInvalid):
        send(old)


def send(conversation: Conversation) -> None:
    posting.post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body="I am back",
        client_message_id=None,
    )
