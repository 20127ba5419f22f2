"""What a stream process tells of itself: probes, numbers and lines."""

import json
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from crm.models import User
from messenger.models import Conversation
from tests.monitoring.lines import MARK, assert_private
from tests.stream.client import StreamClient
from tests.stream.people import OPERATOR_PATH, VISITOR_PATH, Listener, answer, log_in
from tests.stream.server import StreamServer, stream_server
from tests.worker.cluster import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("role_groups")]
TOKEN = "token-of-prometheus-0123"


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, stream_redis: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamServer]:
    with stream_server(tmp_path_factory.mktemp("watched"), MESSENGER_METRICS_TOKEN=TOKEN) as running:
        yield running


def ask(server: StreamServer, path: str, **headers: str) -> tuple[int, bytes]:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", path, headers=headers)
        found = connection.getresponse()
        assert found.headers["X-Request-ID"]
        return found.status, found.read()


def numbers(server: StreamServer) -> dict[str, float]:
    status, body = ask(server, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    samples = [sample for family in parsed(body.decode()) for sample in family.samples]
    return {
        f"{one.name}{sorted(one.labels.values()) or ''}".removeprefix("messenger_"): one.value
        for one in samples
    }


def test_probes(server: StreamServer) -> None:
    assert ask(server, "/healthz/live") == (200, b'{"status":"ok"}')
    wait_until(lambda: ask(server, "/healthz/ready") == (200, b'{"status":"ok"}'), "it hears of events")
    assert ask(server, "/metrics")[0] == 404
    assert ask(server, "/metrics", Authorization="Bearer wrong")[0] == 404


def test_numbers(server: StreamServer, conversation: Conversation, operator: User) -> None:
    before = numbers(server)
    listener = Listener(server, conversation)
    with listener.open() as client:
        client.next_of("ready")
        wait_until(lambda: numbers(server)["streams_open['visitor']"] == 1, "the stream is counted")
        answer(operator, conversation, "Yes")
        client.read_until("Yes")
        after = numbers(server)
    assert after["stream_connected"] == 1
    assert after["stream_delivery_seconds_count"] == before["stream_delivery_seconds_count"] + 1
    assert after["stream_delivery_seconds_sum"] < 5
    assert after["stream_events_total['visitor']"] >= before["stream_events_total['visitor']"] + 2
    wait_until(lambda: numbers(server)["streams_open['visitor']"] == 0, "its end is counted")
    caught_up = before["stream_caught_up_total"]
    with listener.open(Last_Event_ID="1") as client:
        client.read_until("Yes")
    assert numbers(server)["stream_caught_up_total"] == caught_up + 1
    with StreamClient(server.port, VISITOR_PATH, {"X-Widget-Token": "nobody"}) as client:
        assert client.status == 404
    assert numbers(server)["streams_refused_total['404', 'visitor']"] >= 1


def test_lines_are_private(server: StreamServer, conversation: Conversation, operator: User) -> None:
    query = f"?widget_token={MARK}&widget_session_token={MARK}&conversation={MARK}&q={MARK}"
    marked = dict.fromkeys(
        ("X-Widget-Session", "User-Agent", "Referer", "X-Request-Id", "Authorization"), MARK
    )
    for path in (VISITOR_PATH, OPERATOR_PATH, f"/{MARK}/", "/metrics"):
        for cookie in (f"crm_session={MARK}", f"crm_session={log_in(operator)}; {MARK}={MARK}"):
            with StreamClient(server.port, path + query, marked | {"Cookie": cookie}):
                pass
    with Listener(server, conversation).open() as client:
        answer(operator, conversation, MARK)
        client.read_until(MARK)

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in server.log.read_text().splitlines()]

    wait_until(lambda: [line for line in lines() if line.get("status") == 200], "the line of a stream")
    assert_private(server.log.read_text())
    assert {line["status"] for line in lines() if line.get("route") == "visitor-stream"} >= {200, 404}
    assert all(len(line["request_id"]) == 16 for line in lines() if "route" in line)
