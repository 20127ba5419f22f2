"""What is written into the outbox, with what it tells: in one transaction, in order, and only where it is wanted."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from crm.models import User
from messenger.models import Conversation, Inbox, WebhookDelivery
from messenger.services.noting import add_note
from messenger.services.posting import post_from_operator
from messenger.services.privacy.anonymize import anonymize
from messenger.services.retention import close_quiet
from messenger.services.status import close, reopen, resolve
from tests.people import open_widget, write
from tests.services.webhooks.conftest import hook

pytestmark = pytest.mark.django_db


@pytest.fixture
def hooked(inbox: Inbox) -> Inbox:
    return hook(inbox, "https://example.com/hook")


def told() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("event", flat=True))


def test_a_conversation_is_told_with_its_first_message(hooked: Inbox) -> None:
    assert hooked.branch is not None
    conversation = open_widget(hooked, hooked.branch)
    assert told() == []
    write(conversation)
    assert told() == ["conversation.created", "message.in"]
    write(conversation, "Anybody?")
    assert told() == ["conversation.created", "message.in", "message.in"]
    delivery = WebhookDelivery.objects.latest("pk")
    assert delivery.message is not None
    assert delivery.message.body == "Anybody?"
    assert (delivery.conversation, delivery.inbox) == (conversation, hooked)
    assert (delivery.conversation_status, delivery.conversation_branch) == ("open", hooked.branch.pk)


def test_answers_and_the_end_are_told_and_notes_are_not(hooked: Inbox, operator: User) -> None:
    assert hooked.branch is not None
    conversation = write(open_widget(hooked, hooked.branch))
    WebhookDelivery.objects.all().delete()
    add_note(conversation_id=conversation.pk, author=operator, body="A note")
    post_from_operator(conversation_id=conversation.pk, operator=operator, body="Yes")
    resolve(conversation_id=conversation.pk, actor=operator)
    close(conversation_id=conversation.pk, actor=operator)
    close(conversation_id=conversation.pk, actor=operator)
    assert told() == ["message.out", "conversation.closed"]
    assert WebhookDelivery.objects.latest("pk").conversation_status == "closed"
    reopen(conversation_id=conversation.pk, actor=operator)
    assert told() == ["message.out", "conversation.closed"]


def test_closing_by_night_and_by_anonymization_is_told(hooked: Inbox, operator: User) -> None:
    assert hooked.branch is not None
    old = write(open_widget(hooked, hooked.branch))
    resolve(conversation_id=old.pk, actor=operator)
    long_ago = timezone.now() - timedelta(days=100)
    Conversation.objects.filter(pk=old.pk).update(last_message_at=long_ago)
    other = write(open_widget(hooked, hooked.branch))
    WebhookDelivery.objects.all().delete()
    assert close_quiet(quiet_for=timedelta(days=90)) == 1
    anonymize(other.contact_id)
    closed = WebhookDelivery.objects.filter(event="conversation.closed").order_by("pk")
    assert [one.conversation_id for one in closed] == [old.pk, other.pk]
    assert {one.conversation_status for one in closed} == {"closed"}


def test_only_the_events_that_were_chosen(inbox: Inbox, operator: User) -> None:
    hook(inbox, "https://example.com/hook", "message.out")
    assert inbox.branch is not None
    conversation = write(open_widget(inbox, inbox.branch))
    post_from_operator(conversation_id=conversation.pk, operator=operator, body="Yes")
    close(conversation_id=conversation.pk, actor=operator)
    assert told() == ["message.out"]


def test_without_a_webhook_nothing_is_written(inbox: Inbox, operator: User) -> None:
    assert inbox.branch is not None
    conversation = write(open_widget(inbox, inbox.branch))
    post_from_operator(conversation_id=conversation.pk, operator=operator, body="Yes")
    assert told() == []


def test_what_is_rolled_back_was_never_told(hooked: Inbox) -> None:
    assert hooked.branch is not None
    conversation = open_widget(hooked, hooked.branch)
    with suppress(RuntimeError), transaction.atomic():
        write(conversation)
        raise RuntimeError
    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_once(hooked: Inbox) -> None:
    assert hooked.branch is not None
    conversation = open_widget(hooked, hooked.branch)
    for _ in range(3):
        write(conversation)
    assert [task.func() for task in OrmQ.objects.all()].count("messenger.tasks.deliver_webhooks") == 1
