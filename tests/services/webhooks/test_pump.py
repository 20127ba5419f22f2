"""The pump against real receivers: order, repeats, ends, and nobody who waits for somebody else."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from crm.models import AuditEntry, Branch, User
from messenger.models import Conversation, Inbox, WebhookAttempt, WebhookDelivery
from messenger.models.lease import Lease, hold
from messenger.services.webhooks import claims, log, pump, repeating, results, stopping
from tests.people import open_widget, write
from tests.receiver import Receiver, receiving
from tests.services.webhooks.conftest import hook

pytestmark = pytest.mark.django_db(transaction=True)


def talk(inbox: Inbox, *texts: str) -> Conversation:
    assert inbox.branch is not None
    conversation = open_widget(inbox, inbox.branch)
    for text in texts:
        conversation = write(conversation, text)
    return conversation


def make_due() -> None:
    """As if the time until the next attempt had passed."""
    WebhookDelivery.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))


def only(**values: Any) -> WebhookDelivery:
    return WebhookDelivery.objects.get(**values)


def test_everything_arrives_once_and_in_order(inbox: Inbox, receiver: Receiver) -> None:
    hook(inbox, receiver.url)
    conversations = [talk(inbox, "one", "two", "three") for _ in range(3)]
    assert pump.deliver() == 12
    for conversation in conversations:
        mine = [one.json for one in receiver.received if one.json["conversation"]["id"] == conversation.pk]
        assert mine[0]["event"] == "conversation.created"
        assert [one["message"]["body"] for one in mine[1:]] == ["one", "two", "three"]
    assert pump.deliver() == 0
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 12
    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {("delivered", 1)}
    attempt = WebhookAttempt.objects.latest("pk")
    assert (attempt.status, attempt.answer, attempt.url) == (200, "ok", receiver.url)


def test_what_fails_is_repeated_under_its_id_and_holds_back_its_conversation_alone(
    inbox: Inbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "NEAR_SECONDS", 0.0)
    hook(inbox, receiver.url, "message.in")
    receiver.answers[:] = [500, 200]
    failing = talk(inbox, "one", "two")
    pump.deliver()
    first = only(message__body="one")
    assert (first.state, first.attempts) == ("waiting", 1)
    assert 4 < (first.due_at - timezone.now()).total_seconds() < 6
    # Both at once would arrive in either order.
    other = talk(inbox, "elsewhere")
    pump.deliver()
    assert [one.json["message"]["body"] for one in receiver.received] == ["one", "elsewhere"]
    assert only(conversation=other).state == "delivered"
    make_due()
    pump.deliver()
    bodies = [one.json["message"]["body"] for one in receiver.received]
    assert bodies == ["one", "elsewhere", "one", "two"]
    assert receiver.received[0].headers["webhook-id"] == receiver.received[2].headers["webhook-id"]
    assert list(first.log.values_list("status", flat=True)) == [500, 200]
    assert not WebhookDelivery.objects.filter(conversation=failing, state="waiting").exists()


def test_repeats_come_after_the_contracts_waits() -> None:
    waits = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    for attempts, seconds in enumerate(waits, start=1):
        drawn = {results.delay(attempts).total_seconds() for _ in range(50)}
        assert all(0.9 * seconds <= one <= 1.1 * seconds for one in drawn)
        assert len(drawn) > 1


def fail_to_the_end(inbox: Inbox) -> None:
    """All attempts of all that waits."""
    for _ in range(len(results.REPEATS) + 1):
        make_due()
        pump.deliver()


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pump, "NEAR_SECONDS", 0.0)


def test_after_the_last_repeat_it_is_given_up_and_the_webhook_turned_off(
    inbox: Inbox, receiver: Receiver, administrator: User, no_patience: None
) -> None:
    receiver.answers[:] = [503]
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "hello")
    fail_to_the_end(inbox)
    delivery = only()
    assert (delivery.state, delivery.attempts, delivery.log.count()) == ("failed", 10, 10)
    inbox.refresh_from_db()
    assert (inbox.webhook_enabled, inbox.webhook_stop_reason) == (False, "failing")
    assert [inbox.pk for inbox in stopping.stopped(administrator)] == [inbox.pk]
    assert AuditEntry.objects.filter(action="webhook_stopped", target_id=str(inbox.pk)).exists()
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.com"]
    assert inbox.name in letter.subject


def test_one_poisoned_message_turns_nothing_off_while_others_arrive(
    inbox: Inbox, receiver: Receiver, no_patience: None
) -> None:
    def refuse_poison(handler: Any) -> None:
        handler.send_response(500 if b"poison" in handler.body else 200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answers[:] = [refuse_poison]
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "poison")
    fail_to_the_end(inbox)
    inbox.refresh_from_db()
    assert not inbox.webhook_enabled
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "poison", "behind it")
    talk(inbox, "fine")
    fail_to_the_end(inbox)
    assert Inbox.objects.filter(webhook_enabled=True).exists()
    assert receiver.received[-1].json["message"]["body"] == "behind it"


def test_gone_turns_it_off_at_once_and_nothing_is_lost(
    inbox: Inbox, receiver: Receiver, no_patience: None
) -> None:
    receiver.answers[:] = [410, 200]
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "one", "two")
    pump.deliver()
    make_due()
    pump.deliver()
    assert len(receiver.received) == 1
    inbox.refresh_from_db()
    assert (inbox.webhook_enabled, inbox.webhook_stop_reason) == (False, "gone")
    hook(inbox, receiver.url, "message.in")
    stopping.resume(inbox)
    pump.deliver()
    assert [one.json["message"]["body"] for one in receiver.received[1:]] == ["one", "two"]
    inbox.refresh_from_db()
    assert inbox.webhook_stopped_at is None


def test_redirects_and_refused_addresses_are_failures(
    inbox: Inbox, receiver: Receiver, settings: Any, no_patience: None
) -> None:
    receiver.answers[:] = [302]
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "one")
    pump.deliver()
    settings.MESSENGER_WEBHOOK_ALLOWED_HOSTS = []
    make_due()
    pump.deliver()
    assert list(WebhookAttempt.objects.values_list("status", "problem")) == [(302, ""), (None, "port")]
    assert len(receiver.received) == 1


def slowly(released: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        released.wait(10)
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_a_slow_receiver_delays_nobody_else(inbox: Inbox, yekaterinburg: Branch, receiver: Receiver) -> None:
    """Whatever comes while the pump waits for the slow one goes out at once."""
    released = threading.Event()
    other = hook(Inbox.objects.create(name="Quick", branch=yekaterinburg), receiver.url, "message.in")
    with receiving(slowly(released)) as slow:
        hook(inbox, slow.url, "message.in")
        for _ in range(6):
            talk(inbox, "slow")
        running = in_thread(pump.deliver)
        slow.wait_for(4)
        talk(other, "quick")
        receiver.wait_for(1)
        assert not released.is_set()
        assert len(slow.received) == 4
        released.set()
        running.join()
        assert len(slow.received) == 6
    assert not WebhookDelivery.objects.exclude(state="delivered").exists()


def in_thread(act: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_pumps_side_by_side_send_nothing_twice(inbox: Inbox, receiver: Receiver) -> None:
    hook(inbox, receiver.url, "message.in")
    for number in range(8):
        talk(inbox, f"{number} one", f"{number} two")
    pumps = [in_thread(pump.deliver) for _ in range(4)]
    for one in pumps:
        one.join()
    bodies = [one.json["message"]["body"] for one in receiver.received]
    assert sorted(bodies) == sorted(f"{number} {which}" for number in range(8) for which in ("one", "two"))


def test_what_a_killed_pump_had_in_its_hands_is_sent_by_the_next(inbox: Inbox, receiver: Receiver) -> None:
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "one", "two")
    stranger = uuid.uuid4()
    assert hold(pump.LEASE, stranger, pump.LEASE_SECONDS)
    claimed = claims.claim({})
    assert [one.message.body for one in claimed if one.message] == ["one"]
    assert pump.deliver() == 0
    # It fell silent.
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert pump.deliver() == 2
    assert [one.json["message"]["body"] for one in receiver.received] == ["one", "two"]


def test_delivered_again_by_hand(inbox: Inbox, receiver: Receiver) -> None:
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "one")
    pump.deliver()
    assert repeating.deliver_again(only().pk)
    pump.deliver()
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert only().log.count() == 2


def test_a_test_is_sent_at_once_and_signed(inbox: Inbox, receiver: Receiver) -> None:
    hook(inbox, receiver.url)
    answer = repeating.send_test(inbox)
    assert answer.status == 200
    (request,) = receiver.received
    assert request.event == "test"
    assert request.json["inbox"]["id"] == inbox.pk
    assert "X-Messenger-Signature" in request.headers
    assert not WebhookDelivery.objects.exists()


def test_the_log_goes_after_some_weeks(inbox: Inbox, receiver: Receiver) -> None:
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "one")
    pump.deliver()
    assert log.remove_old(older_than=timedelta(days=30)) == 0
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert log.remove_old(older_than=timedelta(days=30)) == 1
    assert not WebhookAttempt.objects.exists()
