"""Purge of what nobody wrote in: nothing else goes, whoever comes back at that moment."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import CASCADE
from django.utils import timezone
from django_q.models import Task

from crm.models import Branch, User
from messenger.exceptions import SessionInvalid
from messenger.models import Contact, Conversation, ConversationEvent, Inbox, Message, WebhookDelivery
from messenger.services import posting, purging, status
from messenger.tasks import purge_empty_conversations, remove_old_failures

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


def test_conversation_with_a_note_stays(old: Conversation, operator: User) -> None:
    """What a colleague wrote is no message of the visitor's, and is not lost."""
    Message.objects.create(conversation=old, direction="internal", sender_user=operator, body="Spam")
    assert purging.purge_empty(older_than=DAY) == 0
    assert Message.objects.get().conversation == old


def test_time_that_is_over_ends_it_after_the_batch(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 3)
    make_empty(inbox, 5)
    assert [purging.purge_empty(older_than=DAY, seconds=0) for _ in range(3)] == [3, 2, 0]


@pytest.mark.parametrize(("model", "kept"), [(Conversation, Message), (Contact, Conversation)])
def test_all_that_hangs_on_it_is_known_and_nothing_hangs_on_that(model: Any, kept: Any) -> None:
    """The statement deletes one step deep; a model that is added below another has to be thought of here."""
    assert (kept._meta.db_table, f"{model._meta.model_name}_id") in purging.hanging_on(model)
    for relation in model._meta.related_objects:
        if relation.related_model is not kept and not relation.many_to_many:
            assert relation.on_delete is CASCADE
            # Of a conversation in which nobody wrote no webhook is told.
            assert (
                relation.related_model is WebhookDelivery or not relation.related_model._meta.related_objects
            )


def test_old_failures_go_and_young_ones_and_successes_stay(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "FAILURES", 2)
    for number, (days, success) in enumerate([(31, False)] * 5 + [(29, False), (31, True)]):
        at = timezone.now() - timedelta(days=days)
        Task.objects.create(id=str(number), name="x", func="f", started=at, stopped=at, success=success)
    assert remove_old_failures() == "5 failed tasks removed"
    assert sorted(Task.objects.values_list("id", flat=True)) == ["5", "6"]


@pytest.mark.django_db(transaction=True)
def test_contact_who_comes_back_at_this_moment_stays(old: Conversation) -> None:
    """Their visit holds the contact's row: the purge passes by."""
    visiting, purged = threading.Event(), threading.Event()

    def visit() -> None:
        try:
            with transaction.atomic():
                Contact.objects.filter(pk=old.contact_id).update(last_seen_at=timezone.now())
                visiting.set()
                purged.wait(20)
        finally:
            connection.close()

    visitor = threading.Thread(target=visit)
    visitor.start()
    visiting.wait(20)
    assert purging.purge_empty(older_than=DAY) == 1
    purged.set()
    visitor.join()
    assert Contact.objects.get() == old.contact


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
