"""A restore of yesterday sends nothing for a second time, unless it is told to."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command

from crm.models import User
from messenger.lib import clock
from messenger.models import Contact, Conversation, Inbox, Message, VisitorMail, WebhookDelivery
from messenger.services.backup.making import Made
from messenger.services.posting import post_from_operator
from messenger.services.visitor_mail.missed import write_outbox
from messenger.services.webhooks.repeating import deliver_again
from tests.operations.databases import Databases
from tests.people import write

type Strike = Callable[[], Made]

LATER = timedelta(minutes=30)
State = WebhookDelivery.State


@pytest.fixture
def telling(inbox: Inbox) -> Inbox:
    """An inbox with a webhook and mail."""
    Inbox.objects.filter(pk=inbox.pk).update(
        webhook_enabled=True,
        webhook_url="https://example.com/hook",
        webhook_events=["message.in"],
        mail_enabled=True,
    )
    return inbox


@pytest.fixture
def missed(telling: Inbox, conversation: Conversation, operator: User) -> Conversation:
    """Maria left her address; Anna's answer lies there unseen, and no mail is written yet."""
    Contact.objects.filter(pk=conversation.contact_id).update(email="maria@example.org")
    post_from_operator(conversation_id=conversation.pk, operator=operator, body="Yes")
    return conversation


def restore(made: Made, *options: str) -> str:
    out = io.StringIO()
    call_command("restore_messenger", "--from", str(made.folder), *options, stdout=out)
    return out.getvalue()


def written_later() -> int:
    with clock.at(clock.now() + LATER):
        return write_outbox()


def test_webhooks_are_held_and_can_be_delivered_by_hand(missed: Conversation, disaster: Strike) -> None:
    assert WebhookDelivery.objects.filter(state=State.WAITING).count() == 1
    told = restore(disaster())
    held = WebhookDelivery.objects.get()
    assert held.state == State.FAILED
    assert "not sent again: 1 webhooks" in told
    assert deliver_again(held.pk)
    assert WebhookDelivery.objects.get().state == State.WAITING


def test_a_mail_that_waited_is_held(missed: Conversation, disaster: Strike) -> None:
    assert written_later() == 1
    told = restore(disaster())
    assert VisitorMail.objects.get().state == VisitorMail.State.NOT_NEEDED
    assert "1 mails" in told
    assert written_later() == 0


def test_what_was_missed_then_is_not_mailed_now(missed: Conversation, disaster: Strike) -> None:
    """Its mail may have gone out between the back-up and the disaster."""
    restore(disaster())
    assert written_later() == 0


def test_what_is_missed_afterwards_is(missed: Conversation, disaster: Strike, operator: User) -> None:
    restore(disaster())
    post_from_operator(conversation_id=missed.pk, operator=operator, body="Are you still there?")
    assert written_later() == 1


def test_who_wants_it_gets_everything_sent_again(missed: Conversation, disaster: Strike) -> None:
    told = restore(disaster(), "--send-again")
    assert WebhookDelivery.objects.get().state == State.WAITING
    assert "not sent again" not in told
    assert written_later() == 1


def test_a_database_that_came_back_otherwise_gets_the_same(
    databases: Databases, missed: Conversation
) -> None:
    """From a point in time or a snapshot: nothing is restored, and all that comes after is done."""
    last = Message.objects.latest("pk").pk
    out = io.StringIO()
    call_command("restore_messenger", "--restored-otherwise", stdout=out)
    assert WebhookDelivery.objects.get().state == State.FAILED
    assert written_later() == 0
    assert (write(missed, "One more").last_message_id or 0) > last + 100_000
    assert "not sent again: 1 webhooks" in out.getvalue()
