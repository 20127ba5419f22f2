"""What a process does that is told to stop: it takes no more, and ends what it has begun."""

import signal
import threading
import uuid
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.db import transaction
from redis import Redis

from messenger.models import Conversation, Message
from tests.stream.client import StreamClient
from tests.stream.people import VISITOR_PATH, new_session
from tests.stream.server import database_url
from tests.topology.processes import Process, running
from tests.worker.cluster import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_redis")]


def waits_for_a_lock() -> bool:
    """Asked from outside: within a transaction the answer would stay what it was."""
    with psycopg.connect(database_url(), autocommit=True) as outside:
        found = outside.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return found.fetchone() is not None


@pytest.mark.parametrize("service", ["web", "bodies"])
def test_an_open_request_is_answered(service: str, conversation: Conversation, tmp_path: Path) -> None:
    process, answers = Process(service, tmp_path), list[Any]()
    headers = {
        "X-Widget-Token": conversation.inbox.widget_token,
        "X-Widget-Session": new_session(conversation),
    }
    body = {"body": "the last word", "client_message_id": str(uuid.uuid4())}
    url = f"http://127.0.0.1:{process.port}/api/widget/send/"
    thread = threading.Thread(
        target=lambda: answers.append(httpx.post(url, json=body, headers=headers, timeout=30))
    )
    with running(process):
        with transaction.atomic():
            Conversation.objects.select_for_update().get(pk=conversation.pk)
            thread.start()
            wait_until(waits_for_a_lock, "the request at work")
            process.terminate()
            wait_until(lambda: not listens(process.port), "a closed door")
        thread.join()
        assert process.wait_for_end() in (0, -signal.SIGTERM)
    assert [answer.status_code for answer in answers] == [201]
    assert Message.objects.filter(conversation=conversation, body="the last word").count() == 1


def listens(port: int) -> bool:
    return any(
        row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A"
        for row in Path("/proc/net/tcp").read_text("ascii").splitlines()
    )


def test_a_stream_ends_whole_and_goes_on_elsewhere(
    conversation: Conversation, own_redis: Redis, tmp_path: Path
) -> None:
    """By its last id, with what was written in between."""
    first, second = Process("stream", tmp_path), Process("stream", tmp_path)
    tokens = {
        "X-Widget-Token": conversation.inbox.widget_token,
        "X-Widget-Session": new_session(conversation),
    }
    with running(first, second):
        with StreamClient(first.port, f"{VISITOR_PATH}?since_id=0", tokens) as client:
            assert client.next_of("ready")
            seen = client.next_of("update")
            first.terminate()
            assert client.wait_for_end(5)
        assert first.wait_for_end() in (0, -signal.SIGTERM)
        with StreamClient(second.port, VISITOR_PATH, tokens | {"Last-Event-ID": seen.id}) as client:
            ready = client.next_of("ready")
            assert ready.data["since_id"] == int(seen.id)
