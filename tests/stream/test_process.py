"""The process: what idle streams cost, who is cut, and how it ends."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from crm.models import User
from messenger.models import Conversation, Message
from messenger.services import typing
from tests.stream.client import StreamClient
from tests.stream.people import VISITOR_PATH, Listener, answer
from tests.stream.server import StreamServer, stream_server

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 100


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[StreamServer]:
    with stream_server(tmp_path, MESSENGER_STREAMS_PER_SESSION=str(MANY)) as running:
        yield running


@pytest.fixture
def listener(own_server: StreamServer, conversation: Conversation) -> Listener:
    return Listener(own_server, conversation)


@pytest.fixture
def much(conversation: Conversation, operator: User) -> Conversation:
    """The conversation with more text than the buffers between two processes hold."""
    Message.objects.bulk_create(
        Message(conversation=conversation, direction="out", sender_user=operator, body="ы" * 2000)
        for _ in range(1000)
    )
    return conversation


def database_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def threads_of(process_id: int) -> int:
    return len(list(Path(f"/proc/{process_id}/task").iterdir()))


def test_idle_streams_hold_no_connection_and_no_thread(own_server: StreamServer, listener: Listener) -> None:
    first = listener.listen()
    threads = threads_of(own_server.process.pid)
    clients = [first, *(listener.listen() for _ in range(MANY - 1))]
    assert database_connections() <= 4
    assert threads_of(own_server.process.pid) <= threads + 4
    for client in clients:
        client.close()


def test_heartbeats_keep_coming(listener: Listener, conversation: Conversation) -> None:
    with listener.listen(since_id=conversation.last_message_id or 0) as client:
        assert client.quiet_for(3.5)
        assert client.comments in (2, 3, 4)


def test_a_session_can_open_no_more_than_its_share(listener: Listener) -> None:
    clients = [listener.listen() for _ in range(MANY)]
    with listener.open() as refused:
        assert (refused.status, refused.json()["code"]) == (429, "throttled")
        assert 1 <= int(refused.headers["retry-after"]) <= 31
    clients.pop().close()
    time.sleep(0.1)
    clients.append(listener.listen())
    for client in clients:
        client.close()


@pytest.mark.parametrize("application", ["messenger.stream.asgi:application", "crm.asgi:application"])
def test_sigterm_ends_all_streams_cleanly(much: Conversation, tmp_path: Path, application: str) -> None:
    with (
        contextlib.ExitStack() as opened,
        stream_server(tmp_path, application, MESSENGER_STREAMS_PER_SESSION=str(MANY)) as server,
    ):
        listener = Listener(server, much)
        clients = [opened.enter_context(listener.listen(since_id=2**62)) for _ in range(50)]
        opened.enter_context(listener.open(f"{VISITOR_PATH}?since_id=0", buffer=2048))
        begun = time.monotonic()
        server.terminate()
        assert all(client.wait_for_end(3) for client in clients)
        server.wait(3)
        assert time.monotonic() - begun < 3


def test_a_client_that_takes_nothing_is_cut(much: Conversation, tmp_path: Path) -> None:
    """Others of the same conversation hear all the same."""
    with stream_server(tmp_path, "tests.stream.impatient:application") as server:
        listener = Listener(server, much)
        with (
            listener.open(f"{VISITOR_PATH}?since_id=0", buffer=2048) as slow,
            listener.listen(since_id=2**62) as other,
        ):
            deadline = time.monotonic() + 10
            while server_holds(slow) and time.monotonic() < deadline:
                time.sleep(0.1)
            assert not server_holds(slow)
            typing.mark_typing(much.pk, "operator")
            assert other.next_of("update").data["operator_typing"] is True


@contextlib.contextmanager
def no_connections() -> Iterator[None]:
    """The database lets nobody in and throws everybody else out."""
    name = sql.Identifier(connection.settings_dict["NAME"])
    with (
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as outside,
        connection.cursor() as cursor,
    ):
        outside.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        try:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            yield
        finally:
            outside.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def test_streams_outlive_the_database(listener: Listener, conversation: Conversation, operator: User) -> None:
    with listener.listen(since_id=conversation.last_message_id or 0) as client:
        with no_connections():
            answer(operator, conversation, "Can you hear me?")
            assert client.quiet_for(2)
            with listener.open() as refused:
                assert (refused.status, refused.json()["code"]) == (503, "unavailable")
        assert client.read_until("Can you hear me?")
        answer(operator, conversation, "Good.")
        assert client.read_until("Good.")


def server_holds(client: StreamClient) -> bool:
    """Whether the server's end of the connection is still open."""
    mine = f":{client.local_port:04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()]
    return any(row[2].endswith(mine) and row[3] == "01" for row in rows)
