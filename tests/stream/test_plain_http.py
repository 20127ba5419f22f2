"""Where https is on, a stream that is asked for by http is refused, as everything else of the API."""

from collections.abc import Iterator

import pytest
from redis import Redis

from crm.models import User
from messenger.models import Conversation
from tests.stream.client import StreamClient
from tests.stream.people import OPERATOR_PATH, VISITOR_PATH, log_in, new_session
from tests.stream.server import StreamServer, stream_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("role_groups")]

BY_HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, stream_redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StreamServer]:
    behind_a_proxy = {"HTTPS": "1", "MESSENGER_TRUSTED_PROXIES": "127.0.0.1"}
    with stream_server(tmp_path_factory.mktemp("https"), **behind_a_proxy) as running:
        yield running


def expect_by_https_alone(server: StreamServer, path: str, headers: dict[str, str]) -> None:
    for said in ({}, {"X-Forwarded-Proto": "http"}):
        with StreamClient(server.port, path, headers | said) as client:
            assert client.status == 403
            assert client.json()["code"] == "https_required"
    with StreamClient(server.port, path, headers | BY_HTTPS) as client:
        assert client.next_of("ready")


def test_a_visitors(server: StreamServer, conversation: Conversation) -> None:
    tokens = {
        "X-Widget-Token": conversation.inbox.widget_token,
        "X-Widget-Session": new_session(conversation),
    }
    expect_by_https_alone(server, VISITOR_PATH, tokens)


def test_an_operators(server: StreamServer, operator: User) -> None:
    expect_by_https_alone(server, OPERATOR_PATH, {"Cookie": f"__Host-crm_session={log_in(operator)}"})
