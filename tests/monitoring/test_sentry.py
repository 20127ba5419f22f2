"""What Sentry gets of an error: where it happened, and nothing of what it was about."""

import gzip
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import brotli
import pytest
import sentry_sdk
from django.conf import LazySettings
from django.db import DataError, connection
from django.test import Client

from crm.monitoring import sentry
from messenger.models import Conversation
from tests.monitoring.lines import MARK, assert_private
from tests.monitoring.test_private_logs import FIELDS, HEADERS

pytestmark = pytest.mark.django_db


class Receiver(HTTPServer):
    """Sentry's place: keeps the envelopes as they came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.envelopes: list[str] = []

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.server_port}/1"

    def events(self) -> list[dict[str, Any]]:
        sentry_sdk.flush(10)
        lines = [line for envelope in self.envelopes for line in envelope.splitlines()]
        found = [json.loads(line) for line in lines]
        return [one for one in found if "level" in one]


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress}
        body = unpack[self.headers["Content-Encoding"]](body)
        self.server.envelopes.append(body.decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        """Not into the tests' output."""


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.SENTRY_DSN = server.dsn
        sentry.install()
        yield server
        sentry_sdk.get_client().close(timeout=2)
        sentry_sdk.get_global_scope().set_client(None)
        server.shutdown()
        thread.join()


def break_something(client: Client, conversation: Conversation) -> None:
    """A page fails with words that repeat what was sent; code has it in its variables."""

    def fail(*_statement: Any) -> None:
        private = MARK
        raise DataError(
            f'invalid input syntax for type integer: "{private}"\nDETAIL:  Key (name)=({private}).'
        )

    client.raise_request_exception = False
    page = f"/admin/messenger/conversation/{conversation.pk}/change/?q={MARK}"
    with connection.execute_wrapper(fail):
        client.post(page, dict.fromkeys(FIELDS, MARK), headers=HEADERS)


def test_an_event_tells_where_and_not_what(
    receiver: Receiver, operator_client: Client, conversation: Conversation
) -> None:
    operator_client.cookies[MARK] = MARK
    break_something(operator_client, conversation)
    (event,) = receiver.events()
    assert_private("".join(receiver.envelopes))
    assert event["exception"]["values"][-1]["type"] == "django.db.utils.DataError"
    frames = event["exception"]["values"][-1]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "fail"
    assert event["tags"]["request_id"]
    assert event["release"] == "messenger@0.1.0"
    assert not {"request", "user", "breadcrumbs", "extra", "contexts", "modules"} & set(event)
    assert not any("vars" in frame for frame in frames)


def test_a_chain_of_errors(receiver: Receiver) -> None:
    try:
        try:
            int(MARK)
        except ValueError as error:
            raise RuntimeError(MARK) from error
    except RuntimeError:
        logging.getLogger("messenger.tests").exception("It failed")
    (event,) = receiver.events()
    assert_private("".join(receiver.envelopes))
    assert event["logentry"]["formatted"] == "It failed"
    assert [value["type"] for value in event["exception"]["values"]] == ["ValueError", "RuntimeError"]
    assert all(value["stacktrace"]["frames"] for value in event["exception"]["values"])


def test_warnings_and_lines_of_others(receiver: Receiver) -> None:
    logging.getLogger("messenger.tests").warning("It is late")
    logging.getLogger("other.library").error("It broke at %s", MARK, extra={"private": MARK})
    (event,) = receiver.events()
    assert_private("".join(receiver.envelopes))
    assert event["logentry"]["formatted"] == "It broke at %s"


def test_without_a_dsn_nothing_is_started(settings: LazySettings) -> None:
    settings.SENTRY_DSN = ""
    sentry.install()
    assert not sentry_sdk.get_client().is_active()
