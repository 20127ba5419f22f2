"""A poll with nothing new is answered from the cache, and never with anything old."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis import Connection

from crm.models import User
from messenger.models import Contact, Conversation
from messenger.services import posting, quiet_poll, reading, status, typing
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting(visitor: Visitor) -> int:
    """The visitor wrote and has polled; the id of the message."""
    last = visitor.send("Hello?").json()["id"]
    visitor.poll(last)
    return int(last)


def test_second_quiet_poll_asks_no_database(visitor: Visitor, waiting: int) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.poll(waiting).json()
    assert not queries.captured_queries
    assert answer == visitor.poll(waiting).json()
    assert answer["messages"] == []


def test_older_reader_is_not_given_the_quiet_answer(visitor: Visitor, waiting: int) -> None:
    assert [message["id"] for message in visitor.poll(waiting - 1).json()["messages"]] == [waiting]


def test_every_change_is_seen_at_once(visitor: Visitor, waiting: int, operator: User) -> None:
    pk = visitor.conversation_id
    status.take(conversation_id=pk, operator=operator)
    assert visitor.poll(waiting).json()["conversation"]["assignee_name"] == "Anna"
    reading.mark_read_by_operator(conversation_id=pk, operator=operator)
    assert visitor.poll(waiting).json()["operator_read_up_to"] == waiting
    typing.mark_typing(pk, "operator")
    assert visitor.poll(waiting).json()["operator_typing"] is True
    posting.post_from_operator(conversation_id=pk, operator=operator, body="Yes")
    answer = visitor.poll(waiting).json()
    assert ([message["body"] for message in answer["messages"]], answer["operator_typing"]) == (
        ["Yes"],
        False,
    )
    status.close(conversation_id=pk, actor=operator)
    assert visitor.poll(waiting + 1).json()["conversation"]["status"] == "closed"


@pytest.mark.parametrize("way", ["update", "save"])
def test_blocked_contact_is_shut_out_at_once(visitor: Visitor, waiting: int, way: str) -> None:
    if way == "update":
        Contact.objects.update(is_blocked=True)
    else:
        contact = Contact.objects.get()
        contact.is_blocked = True
        contact.save()
    assert visitor.poll(waiting).json()["code"] == "blocked"


def test_a_quiet_poll_is_one_way_to_the_cache(visitor: Visitor, waiting: int, monkeypatch: Any) -> None:
    visitor.poll(waiting)
    asked = ways_to_redis(monkeypatch)
    visitor.poll(waiting)
    assert len(asked) == 1


def test_a_session_that_moved_on_is_answered_from_where_it_is(
    visitor: Visitor, waiting: int, operator: User, monkeypatch: Any
) -> None:
    """By a process that knows it from the conversation before."""
    visitor.poll(waiting)
    before = dict(quiet_poll._last_conversations)
    status.close(conversation_id=visitor.conversation_id, actor=operator)
    last = visitor.send("One thing more").json()["id"]
    visitor.poll(last)
    monkeypatch.setattr(quiet_poll, "_last_conversations", before)
    posting.post_from_operator(
        conversation_id=Conversation.objects.latest("pk").pk, operator=operator, body="Yes?"
    )
    assert visitor.poll(last).json()["messages"][0]["body"] == "Yes?"


def ways_to_redis(monkeypatch: Any) -> list[Any]:
    asked: list[Any] = []
    original: Any = Connection.send_packed_command

    def send(connection: Connection, command: Any, **options: Any) -> Any:
        asked.append(command)
        return original(connection, command, **options)

    monkeypatch.setattr(Connection, "send_packed_command", send)
    return asked
