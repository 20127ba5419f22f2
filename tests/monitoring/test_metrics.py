"""/metrics: who may read it, and that its numbers are true."""

import json
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.conf import settings as project
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from prometheus_client.parser import text_string_to_metric_families as parsed

from messenger.models import Conversation, Inbox
from messenger.services.posting import post_from_operator
from tests.outages import redis_away, show_life, stream_service
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
TOKEN = "token-of-prometheus-0123"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def token(settings: LazySettings) -> None:
    settings.MESSENGER_METRICS_TOKEN = TOKEN


def numbers(client: Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = client.get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parsed(answer.content.decode())
        for sample in family.samples
    }


def number(client: Client, name: str, **labels: str) -> float:
    return numbers(client).get((f"messenger_{name}", frozenset(labels.items())), 0.0)


# Who may read them


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}, {"Authorization": TOKEN}],
)
def test_without_the_token_there_is_nothing(
    administrator_client: Client, headers: dict[str, str], inbox: Inbox
) -> None:
    for more in ({}, {"Origin": "https://shop.example", "X-Widget-Token": inbox.widget_token}):
        answer = administrator_client.get("/metrics", headers=headers | more)
        assert (answer.status_code, answer.content) == (404, b"")
        assert "Access-Control-Allow-Origin" not in answer


def test_token_that_is_not_set_opens_nothing(client: Client, settings: LazySettings) -> None:
    settings.MESSENGER_METRICS_TOKEN = ""
    for presented in ("", "Bearer", "Bearer ", "Bearer None", "Bearer ключ".encode().decode("latin-1")):
        assert client.get("/metrics", headers={"Authorization": presented}).status_code == 404


def test_allowed_network_needs_no_token_unless_a_proxy_stands_between(
    client: Client, settings: LazySettings
) -> None:
    settings.MESSENGER_METRICS_ALLOW = ["10.1.0.0/16"]
    settings.MESSENGER_TRUSTED_PROXIES = ["10.1.0.0/16"]
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.2.2.3").status_code == 404
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        answer = client.get("/metrics", REMOTE_ADDR="10.1.2.3", headers={header: "10.1.2.3"})
        assert answer.status_code == 404, header


def test_it_is_asked_by_address_without_https_or_session(client: Client, settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get("/metrics", headers=BEARER | {"Host": "10.0.0.5:8000"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert client.post("/metrics", headers=BEARER).status_code == 405


# What they say


def test_requests_by_endpoint_and_status(client: Client, visitor: Visitor) -> None:
    def count(endpoint: str, method: str, status: str) -> float:
        labels = {"endpoint": endpoint, "method": method, "status": status}
        return number(client, "http_requests_total", **labels)

    sent, lost = count("widget-send", "POST", "201"), count("none", "GET", "404")
    timed = number(client, "http_request_seconds_count", endpoint="widget-send")
    visitor.send()
    client.get("/nowhere/at-all/")
    client.get("/nowhere/else/")
    client.generic("BREW", "/nowhere/")
    assert count("widget-send", "POST", "201") == sent + 1
    assert count("none", "GET", "404") == lost + 2
    assert count("none", "other", "404") >= 1
    assert number(client, "http_request_seconds_count", endpoint="widget-send") == timed + 1


def test_labels_hold_nothing_of_clients(client: Client, visitor: Visitor, conversation: Conversation) -> None:
    visitor.send()
    client.get(f"/messenger/back/{'x' * 30}/")
    values = {value for _name, labels in numbers(client) for _label, value in labels}
    for private in (visitor.session_token, visitor.widget_token, str(conversation.pk), "x" * 30):
        assert not any(private in value for value in values)


def test_refusals_by_what_was_limited(client: Client, settings: LazySettings, visitor: Visitor) -> None:
    before = number(client, "throttled_total", what="send", per="session")
    settings.MESSENGER_THROTTLE_SEND_SESSION = "1/hour"
    assert [visitor.send().status_code for _ in range(3)] == [201, 429, 429]
    assert number(client, "throttled_total", what="send", per="session") == before + 2


def test_messages_by_direction(
    client: Client,
    visitor: Visitor,
    operator: Any,
    conversation: Conversation,
    django_capture_on_commit_callbacks: Any,
) -> None:
    before = [number(client, "messages_total", direction=way) for way in ("in", "out")]
    with django_capture_on_commit_callbacks(execute=True):
        visitor.send()
        post_from_operator(conversation_id=conversation.pk, operator=operator, body="Yes")
    after = [number(client, "messages_total", direction=way) for way in ("in", "out")]
    assert after == [before[0] + 1, before[1] + 1]


def test_fallback_of_redis(client: Client, settings: LazySettings, visitor: Visitor) -> None:
    assert number(client, "redis_fallback") == 0
    with redis_away(settings):
        visitor.poll()
        assert number(client, "redis_fallback") == 1
    assert number(client, "redis_fallback") == 0


def test_figures_of_the_queue_and_of_conversations(client: Client, conversation: Conversation) -> None:
    show_life()
    OrmQ.objects.create(key="x", payload="x", lock=timezone.now() - timedelta(seconds=90))
    Schedule.objects.update(next_run=timezone.now() - timedelta(minutes=1))
    late = Schedule.objects.filter(func="messenger.tasks.escalate")
    late.update(next_run=timezone.now() - timedelta(minutes=5))
    Conversation.objects.update(waiting_since=timezone.now() - timedelta(minutes=4))
    with stream_service():
        found = {name: value for (name, labels), value in numbers(client).items() if not labels}
    expected = {
        "tasks_waiting": 1,
        "schedules_late": 1,
        "conversations_waiting": 1,
        "conversations_unassigned": 1,
        "worker_processes": 2,
        "stream_processes": 1,
        "database_up": 1,
        "webhooks_waiting": 0,
        "attachments_bytes": 0,
    }
    assert {name: found[f"messenger_{name}"] for name in expected} == expected
    assert 80 <= found["messenger_tasks_oldest_seconds"] < 150
    assert 230 <= found["messenger_conversations_unassigned_oldest_seconds"] < 300
    assert number(client, "build", version="0.1.0") == 1


def test_scraping_is_few_statements(client: Client, django_assert_max_num_queries: Any) -> None:
    client.get("/metrics", headers=BEARER)
    with django_assert_max_num_queries(8):
        client.get("/metrics", headers=BEARER)


def test_statement_that_takes_too_long_is_cut_off(
    client: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm.monitoring import figures  # noqa: PLC0415

    monkeypatch.setattr(figures, "STATEMENT_MS", 50)
    slow = ("slow", "A question that takes too long.", "SELECT 1 FROM pg_sleep(20)")
    monkeypatch.setattr(figures, "ASKED", (*figures.ASKED, slow))
    found = {name: value for (name, labels), value in numbers(client).items() if not labels}
    assert found["messenger_database_up"] == 0
    assert "messenger_tasks_waiting" not in found
    assert "messenger_redis_fallback" in found


COUNTING = """
import json, os, sys
import django
django.setup()
from django.test import Client
client = Client()
if sys.argv[1] == "count":
    client.get("/healthz/live")
    os.kill(os.getpid(), 9)
answer = client.get("/metrics", headers={"Authorization": "Bearer token-of-prometheus-0123"})
print(answer.content.decode())
"""


def run(folder: Path, what: str) -> subprocess.CompletedProcess[str]:
    more = {
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
        "MESSENGER_METRICS_TOKEN": TOKEN,
        "LOG_LEVEL": "CRITICAL",
    }
    command = [sys.executable, "-c", COUNTING, what]
    return subprocess.run(
        command,
        env=os.environ | more,
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_processes_of_one_service_count_together(tmp_path: Path) -> None:
    """Two that were killed and the one that is asked; what the dead held in their hands counts no more."""
    killed = [threading.Thread(target=run, args=(tmp_path, "count")) for _ in range(2)]
    for thread in killed:
        thread.start()
    for thread in killed:
        thread.join()
    assert len(list(tmp_path.glob("gauge_live*"))) == 2
    done = run(tmp_path, "ask")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert 'messenger_http_requests_total{endpoint="live",method="GET",status="200"} 2.0' in lines
    assert "messenger_redis_fallback 0.0" in lines
    assert len(list(tmp_path.glob("gauge_live*"))) == 1
    assert json.dumps(lines).count("messenger_http_requests_total{") == 1
