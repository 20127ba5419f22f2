"""Each request has an id and a line, and probes are answered before all else."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from crm.models import User
from tests.monitoring.lines import written
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
GIVEN = "0123456789abcdef0123"


def test_each_request_has_an_id_of_its_own(client: Client) -> None:
    found = {client.get("/healthz/live")["X-Request-ID"] for _ in range(3)}
    assert len(found) == 3
    assert all(len(name) == 16 for name in found)


def test_only_a_trusted_proxy_names_requests(client: Client, settings: LazySettings) -> None:
    assert client.get("/", headers={"X-Request-ID": GIVEN})["X-Request-ID"] != GIVEN
    settings.MESSENGER_TRUSTED_PROXIES = ["127.0.0.0/8"]
    assert client.get("/", headers={"X-Request-ID": GIVEN})["X-Request-ID"] == GIVEN
    assert client.get("/", headers={"X-Request-ID": GIVEN}, REMOTE_ADDR="192.0.2.1")["X-Request-ID"] != GIVEN


@pytest.mark.parametrize("name", ["maria@example.com", "a" * 15, "a" * 65, "g" * 20, ""])
def test_a_name_that_could_mean_somebody_is_not_taken_over(
    client: Client, settings: LazySettings, name: str
) -> None:
    settings.MESSENGER_TRUSTED_PROXIES = ["127.0.0.0/8"]
    assert client.get("/", headers={"X-Request-ID": name})["X-Request-ID"] != name


def test_line_of_a_request(operator_client: Client, operator: User) -> None:
    with written() as log:
        answer = operator_client.get("/api/messenger/unread/?token=secret")
    (line,) = log.of("crm.monitoring.requests")
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["duration_ms"] > 0
    expected = {
        "method": "GET",
        "route": "operator-unread",
        "status": 200,
        "user": operator.pk,
        "level": "INFO",
    }
    assert {name: line[name] for name in expected} == expected
    assert line["bytes"] == len(answer.content)
    assert "secret" not in log.text


def test_visitors_have_no_user(visitor: Visitor) -> None:
    with written() as log:
        visitor.send()
    (line,) = log.of("crm.monitoring.requests")
    assert "user" not in line


def test_lines_can_be_left_out_and_probes_have_none(
    client: Client, settings: LazySettings, visitor: Visitor
) -> None:
    with written() as log:
        assert visitor.poll().status_code == 200
        client.get("/healthz/live")
        client.get("/metrics")
        client.get("/static/messenger/widget.js")
        settings.LOG_REQUESTS = False
        client.get("/")
    assert log.of("crm.monitoring.requests") == []


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
def test_probes_are_answered_by_address(
    client: Client, settings: LazySettings, path: str, transactional_db: None
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(path, headers={"Host": "10.0.0.5:8000"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]
    assert client.post(path).status_code == 405


def test_being_alive_asks_nobody(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz/live").status_code == 200


def test_a_task_takes_the_id_of_its_request_along(visitor: Visitor) -> None:
    name = visitor.poll()["X-Request-ID"]
    async_task("math.sqrt", 4)
    task = SignedPackage.loads(OrmQ.objects.get().payload)
    assert task["request_id"] == name
