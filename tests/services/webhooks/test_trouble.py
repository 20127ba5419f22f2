"""The pump when things go away in the middle: the lease, the database, a person who is forgotten; and many who wait."""

import json
import threading
import time
import uuid
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messenger.lib.outbound import Answer
from messenger.models import Conversation, Inbox, WebhookAttempt, WebhookDelivery
from messenger.models.lease import Lease
from messenger.services.privacy.anonymize import anonymize
from messenger.services.webhooks import claims, pump, repeating, results, stopping
from tests.outages import redis_away
from tests.people import open_widget, write
from tests.receiver import Receiver
from tests.services.webhooks.conftest import hook

pytestmark = pytest.mark.django_db(transaction=True)


def talk(inbox: Inbox, *texts: str) -> Conversation:
    assert inbox.branch is not None
    conversation = open_widget(inbox, inbox.branch)
    for text in texts:
        conversation = write(conversation, text)
    return conversation


def say(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"") -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def bodies(receiver: Receiver) -> list[str]:
    return [one.json["message"]["body"] for one in receiver.received]


def test_a_pump_that_lost_its_lease_begins_nothing_more(
    inbox: Inbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "LEASE_SECONDS", 0.3)
    hook(inbox, receiver.url, "message.in")
    for number in range(12):
        talk(inbox, str(number))
    until = timezone.now() + timedelta(minutes=1)

    def steal(handler: BaseHTTPRequestHandler) -> None:
        Lease.objects.update(holder=uuid.uuid4(), until=until)
        connection.close()
        time.sleep(0.5)
        say(handler, 200)

    receiver.answers[:] = [steal]
    pump.deliver()
    assert 4 <= len(receiver.received) <= 8
    assert Lease.objects.get().until == until


def test_a_database_that_goes_away_in_the_middle_costs_a_repeat_and_no_order(
    inbox: Inbox, receiver: Receiver
) -> None:
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "one", "two", "three")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        mine = cursor.fetchone()[0]

    def cut(handler: BaseHTTPRequestHandler) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid NOT IN (%s, pg_backend_pid())",
                [mine],
            )
        connection.close()
        say(handler, 200)

    receiver.answers[:] = [cut, 200]
    with suppress(Error):
        pump.deliver()
    assert bodies(receiver) == ["one"]
    # If it couldn't let go it has fallen silent.
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    pump.deliver()
    assert bodies(receiver) == ["one", "one", "two", "three"]
    first, again, *_ = receiver.received
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert set(WebhookDelivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_what_comes_back_after_the_client_was_forgotten_is_not_kept(inbox: Inbox, receiver: Receiver) -> None:
    """The receiver repeats what it was told a moment before."""
    hook(inbox, receiver.url, "message.in")
    conversation = talk(inbox, "I am Zyxquv")

    def forget_and_echo(handler: BaseHTTPRequestHandler) -> None:
        anonymize(conversation.contact_id, redact_messages=True)
        connection.close()
        say(handler, 200, receiver.received[-1].body)

    receiver.answers[:] = [forget_and_echo]
    pump.deliver()
    assert "Zyxquv" in bodies(receiver)[0]
    attempt = WebhookAttempt.objects.get()
    assert (attempt.status, attempt.answer) == (200, "")


def test_an_answer_is_not_kept_while_the_client_is_being_forgotten(inbox: Inbox, receiver: Receiver) -> None:
    """Nor does the pump wait for it, which may take a minute."""
    hook(inbox, receiver.url, "message.in")
    conversation = talk(inbox, "I am Zyxquv")
    (delivery,) = claims.claim({})
    forgotten, kept = threading.Event(), threading.Event()

    def forget() -> None:
        with transaction.atomic():
            anonymize(conversation.contact_id, redact_messages=True)
            forgotten.set()
            kept.wait(10)
        connection.close()

    thread = threading.Thread(target=forget)
    thread.start()
    assert forgotten.wait(10)
    results.keep(delivery, Answer(200, b"Zyxquv", 0.1), at=timezone.now(), url=receiver.url)
    kept.set()
    thread.join()
    assert WebhookAttempt.objects.get().answer == ""


def wait_long(inbox: Inbox, count: int) -> Conversation:
    """So many of one conversation stand behind the first one, which failed."""
    conversation = talk(inbox, *map(str, range(count)))
    later = timezone.now() + timedelta(hours=1)
    WebhookDelivery.objects.update(due_at=later + timedelta(milliseconds=1))
    WebhookDelivery.objects.filter(pk=WebhookDelivery.objects.earliest("pk").pk).update(due_at=timezone.now())
    return conversation


def test_each_that_is_done_calls_the_next_and_no_more(
    inbox: Inbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that comes back finds a long conversation: all of it is sent, and each row is written twice."""
    hook(inbox, receiver.url, "message.in")
    conversation = wait_long(inbox, 6)
    (first,) = claims.claim({})
    results.keep(first, Answer(200, b"", 0.1), at=timezone.now(), url=receiver.url)
    due = WebhookDelivery.objects.filter(state="waiting", due_at__lte=timezone.now())
    assert [one.message.body for one in due if one.message] == ["1"]
    pump.deliver()
    assert bodies(receiver) == list("12345")
    assert not conversation.webhook_deliveries.exclude(state="delivered").exists()


def test_what_is_delivered_again_waits_for_nothing_and_holds_the_order(
    inbox: Inbox, receiver: Receiver
) -> None:
    hook(inbox, receiver.url, "message.in")
    conversation = talk(inbox, "old")
    pump.deliver()
    write(conversation, "new")
    assert repeating.deliver_several_again(WebhookDelivery.objects.values_list("pk", flat=True)) == 2
    pump.deliver()
    assert bodies(receiver) == ["old", "old", "new"]


def test_the_inbox_is_locked_before_its_deliveries(inbox: Inbox, receiver: Receiver) -> None:
    """Whoever saves its page has the inbox, and then makes its deliveries due: the other way round both would hang."""
    hook(inbox, receiver.url, "message.in")
    talk(inbox, "one", "two")
    (delivery,) = claims.claim({})
    with CaptureQueriesContext(connection) as queries:
        results.keep(delivery, Answer(410, b"", 0.1), at=timezone.now(), url=receiver.url)
    written = [query["sql"] for query in queries if 'UPDATE "messenger_' in query["sql"]]
    assert written[0].startswith('UPDATE "messenger_inbox"')
    assert len(written) == 3
    stopping.resume(hook(inbox, receiver.url, "message.in"))
    assert json.dumps(claims.next_due()) == "0.0"


def test_without_redis_they_are_sent_all_the_same(inbox: Inbox, receiver: Receiver, settings: Any) -> None:
    hook(inbox, receiver.url, "message.in")
    with redis_away(settings):
        talk(inbox, "one")
        assert pump.deliver() == 1
    assert bodies(receiver) == ["one"]
