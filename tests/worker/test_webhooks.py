"""Webhooks by a real worker: at once, and by another one where it was killed."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from django.utils import timezone

from messenger.models import Inbox, WebhookDelivery
from messenger.models.lease import Lease
from messenger.services.webhooks import outbox
from tests.people import open_widget, write
from tests.receiver import Receiver, receiving
from tests.services.webhooks.conftest import hook
from tests.worker.cluster import cluster, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_schedules")]

LOOPBACK = {"MESSENGER_WEBHOOK_ALLOWED_HOSTS": "127.0.0.0/8"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def come(inbox: Inbox, text: str) -> None:
    assert inbox.branch is not None
    write(open_widget(inbox, inbox.branch), text)


def delivered() -> bool:
    return not WebhookDelivery.objects.exclude(state="delivered").exists()


def test_what_happens_is_told_without_waiting_for_the_timetable(
    inbox: Inbox, receiver: Receiver, tmp_path: Path
) -> None:
    hook(inbox, receiver.url)
    with cluster(tmp_path, **LOOPBACK):
        come(inbox, "first")
        receiver.wait_for(2)
        wait_until(delivered, "the log")
        come(inbox, "second")
        receiver.wait_for(4)
        wait_until(delivered, "the log")
    assert receiver.events == ["conversation.created", "message.in"] * 2


def held(released: threading.Event) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        released.wait(30)
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_what_a_killed_worker_was_sending_is_sent_by_another(inbox: Inbox, tmp_path: Path) -> None:
    released = threading.Event()
    with receiving(held(released), 200) as receiver:
        hook(inbox, receiver.url, "message.in")
        with cluster(tmp_path, **LOOPBACK) as killed:
            come(inbox, "hello")
            receiver.wait_for(1)
            killed.kill()
        released.set()
        # The lease runs out by itself after half a minute.
        Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
        with cluster(tmp_path, **LOOPBACK):
            outbox.wake()
            receiver.wait_for(2)
            wait_until(delivered, "the delivery")
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
