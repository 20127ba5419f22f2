"""What Prometheus finds at the processes of a deployment."""

from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed
from redis import Redis

from messenger.events import STREAM_SERVICE_CHANNEL
from messenger.models import Inbox
from messenger.volatile import volatile
from tests.topology.processes import Process, running

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "token-of-prometheus-0123"


def test_messages_are_counted_where_they_come_in_and_nobody_else_passes_for_a_stream(
    own_redis: Redis, inbox: Inbox, tmp_path: Path
) -> None:
    bodies = Process("bodies", tmp_path, settings={"MESSENGER_METRICS_TOKEN": TOKEN})
    base = f"http://127.0.0.1:{bodies.port}"
    with running(bodies), httpx.Client(base_url=base, timeout=20) as client:
        headers = {"X-Widget-Token": inbox.widget_token}
        assert client.post("/api/widget/bootstrap/", json={}, headers=headers).status_code == 200
        text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
        assert volatile.listeners(STREAM_SERVICE_CHANNEL) == 0
    found = {
        (one.name, one.labels.get("endpoint")): one.value for family in parsed(text) for one in family.samples
    }
    assert found["messenger_http_requests_total", "widget-bootstrap"] == 1
    assert found["messenger_stream_processes", None] == 0
